import assert from "node:assert/strict";
import { complaint, type Run } from "../../repl/setup/command.ts";
import { parsePolicy } from "../../repl/setup/apt_state.ts";
import { managerWays } from "../../repl/setup/managers.ts";
import { isRecent } from "../../repl/setup/way.ts";

const [dnf, apk, pacman, brew] = managerWays;

/** A machine on which the given command lines, up to their library's name, print the given text. */
function machine(answers: Record<string, string | undefined>): { run: Run; ran: string[] } {
  const ran: string[] = [];
  return {
    ran,
    run: (command, args) => {
      const line = [command, ...args].join(" ");
      ran.push(line);
      const key = Object.keys(answers).find((start) => line.startsWith(start));
      if (key === undefined) return Promise.resolve(undefined);
      const text = answers[key];
      return Promise.resolve({ success: text !== undefined, stdout: text ?? "", stderr: "error: it did not work" });
    },
  };
}

function context(run: Run) {
  const lines: string[] = [];
  return { lines, run, folder: "/nowhere", print: (line: string) => void lines.push(line) };
}

Deno.test("isRecent() reads versions of packages of every distribution", () => {
  for (const version of ["2.1.1-2+b2", "2.1", "1:2.1.4-1", "2.1.1_1", "2.2.0-r0"]) {
    assert(isRecent("unicorn", version), version);
  }
  for (const version of ["2.0.1.post1-1+b1", "1.0.2", "3.0-1", "unknown", ""]) {
    assert(!isRecent("unicorn", version), version);
  }
  assert(isRecent("capstone", "5.0.7-1~deb13u1"));
  assert(!isRecent("capstone", "4.0.2-5"));
  assert(!isRecent("capstone", "6.0.0-1"));
});

Deno.test("parsePolicy() reads the candidate of each package that has one", () => {
  const text = [
    "libunicorn2:",
    "  Installed: (none)",
    "  Candidate: 2.0.1.post1-1+b1",
    "  Version table:",
    "     2.0.1.post1-1+b1 500",
    "libcapstone5:",
    "  Installed: (none)",
    "  Candidate: (none)",
    "libcapstone4:",
    "  Installed: 4.0.2-5",
    "  Candidate: 4.0.2-5",
    "",
  ].join("\n");
  assert.deepEqual([...parsePolicy(text)], [["libunicorn2", "2.0.1.post1-1+b1"], ["libcapstone4", "4.0.2-5"]]);
});

Deno.test("brew installs what is recent enough, as the user", async () => {
  const { run, ran } = machine({
    "brew info unicorn": "==> unicorn: stable 2.1.4 (bottled), HEAD",
    "brew info capstone": "==> capstone: stable 4.0.2 (bottled)",
    "brew install unicorn": "",
  });
  const told = context(run);
  assert.equal(await brew.get(["unicorn", "capstone"], told), undefined);
  assert.equal(ran.at(-1), "brew install unicorn");
  assert.deepEqual(told.lines, ["  capstone: 4.0.2 is not recent enough", "  Installing: brew install unicorn"]);
});

Deno.test("pacman installs for root and tells everybody else the command", async () => {
  const { run, ran } = machine({
    "pacman -Si": "Name            : x\nVersion         : 5.0.6-1\n",
    "pacman -S --needed": "",
  });
  const problem = await pacman.get(["capstone"], context(run));
  if (Deno.uid() === 0) {
    assert.equal(problem, undefined);
    assert.equal(ran.at(-1), "pacman -S --needed --noconfirm capstone");
  } else assert.match(problem ?? "", /To install: sudo pacman -S --needed --noconfirm capstone/);
});

Deno.test("apk has nothing to offer when it has no package", async () => {
  const { run } = machine({ "apk search": "" });
  assert.equal(await apk.get(["unicorn"], context(run)), "apk has nothing recent enough");
});

Deno.test("a manager is passed over where it is not", async () => {
  const { run } = machine({ "dnf --version": "4.14.0" });
  assert.equal(await dnf.isHere(run), true);
  assert.equal(await apk.isHere(run), false);
});

Deno.test("complaint() picks the line that reports the error", () => {
  const result = { success: false, stdout: "Reading lists\n", stderr: "E: It is not signed.\nN: See the manual.\n" };
  assert.equal(complaint("apt-get", result), "apt-get failed: E: It is not signed.");
  assert.equal(complaint("apt-get", undefined), "apt-get is not here");
});
