/** Programs of this machine that begin others: they print the same natively and on Ceratops. */

import assert from "node:assert/strict";
import { assertSame, type CommandOptions } from "../programs/comparison.ts";

/** Runs something in a folder of its own, both ways. */
async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "ceratops-processes-" });
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const bash = (script: string, options?: CommandOptions) => assertSame(["/bin/bash", "-c", script], options);

Deno.test("processes: bash runs pipelines, subshells, substitutions, here-documents and traps", async () => {
  const { stdout } = await bash(`
    seq 1 200 | sort -rn | head -3 | tr '\\n' ' '
    echo "$(echo a; (echo b; echo c) | tac)" "\${PIPESTATUS[@]}"
    cat <<< "$(printf '%s-' x y z)"
    trap 'echo usr1' USR1; kill -USR1 $$; trap 'echo leaving' EXIT
    (exit 3); echo $?; sh -c 'kill -9 $$'; echo $?
    for i in 1 2 3; do (sleep 0.0$i; exit $i) & done; wait -n; wait; echo waited
    while read -r line; do echo "got $line"; done < <(printf 'one\\ntwo\\n')
    { echo to-stderr >&2; } 2>&1 | cat
    exec 3>&1; (echo by three >&3); coproc cat; echo through >&\${COPROC[1]}; read -r x <&\${COPROC[0]}; echo $x
    exec {COPROC[1]}>&-; exit 5`);
  assert.match(stdout, /200 199 198/);
});

Deno.test("processes: dash scripts", async () => {
  await assertSame([
    "/bin/dash",
    "-c",
    "echo a | { read x; echo $x$x; }; (cd /; pwd); x=`ls -d /bin`; echo $x; true && false || echo or",
  ]);
});

Deno.test("processes: many forks in a row, and many at once", async () => {
  await bash("for ((i = 0; i < 40; i++)); do (exit $((i % 7))); s=$((s + $?)); done; echo $s");
  await bash(
    "for ((i = 0; i < 12; i++)); do (read -r; exit $i) < <(sleep 0.5) & done; for j in $(jobs -p); do wait $j; s=$((s + $?)); done; echo $s",
  );
});

Deno.test("processes: gcc and make build a program, and it runs", async () => {
  await inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/main.c`, "int f(void); int main(void) { return f(); }\n");
    await Deno.writeTextFile(`${folder}/f.c`, "int f(void) { return 42; }\n");
    const makefile = "prog: main.o f.o\n\tgcc $^ -o $@\n%.o: %.c\n\tgcc -c $< -o $@\nclean:\n\trm -f *.o prog\n";
    await Deno.writeTextFile(`${folder}/Makefile`, makefile);
    await bash("make -s clean; make -s -j2 && ./prog; echo $?; make -s clean; ls", { cwd: folder });
  });
});

Deno.test("processes: tar, gzip, find and xargs", async () => {
  await inFolder(async (folder) => {
    await bash(
      `rm -rf d; mkdir -p d/e; seq 500 > d/a; seq 300 > d/e/b
       tar czf t.tar.gz d; tar xzOf t.tar.gz d/a | sha256sum
       find d -type f -exec wc -l {} + | sort; find d -name a -exec basename {} \\; | xargs -I% echo [%]
       printf '%s\\0' 1 2 3 4 5 | xargs -0 -n2 -P2 echo | sort`,
      { cwd: folder },
    );
  });
});

Deno.test("processes: git commits and clones", async () => {
  await inFolder(async (folder) => {
    await bash(
      `rm -rf from to; git init -q from; cd from; git config user.email a@b; git config user.name n
       echo text > file; git add file; GIT_COMMITTER_DATE=2000-01-01T00:00Z git commit -qm first --date 2000-01-01T00:00Z
       cd ..; git clone -q from to; cd to; cat file; git log --format=%s%H`,
      { cwd: folder, env: { GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1" } },
    );
  });
});

Deno.test("processes: those of Python, with and without exec", async () => {
  const script = `
import os, subprocess, sys, multiprocessing, signal, time
print(subprocess.run(["sh", "-c", "echo out; echo err >&2; exit 3"], capture_output=True))
print(subprocess.check_output(["tr", "a-z", "A-Z"], input=b"text"))
try: subprocess.run(["/nonexistent"])
except FileNotFoundError as error: print(error)
try: subprocess.run(["sleep", "10"], timeout=0.2)
except subprocess.TimeoutExpired as error: print(error.cmd)
sys.stdout.flush()
r, w = os.pipe()
pid = os.fork()
if pid == 0:
    os.write(w, b"child"); os._exit(9)
print(os.read(r, 99), os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
def square(n): return n * n
if __name__ == "__main__":
    sys.stdout.flush()
    with multiprocessing.get_context("fork").Pool(2) as pool: print(pool.map(square, range(6)))
    q = multiprocessing.get_context("fork").Queue()
    p = multiprocessing.get_context("fork").Process(target=lambda: q.put(os.getpid() != ${Deno.pid}))
    p.start(); print(q.get()); p.join(); print(p.exitcode)
`;
  await assertSame(["/usr/bin/python3", "-c", script]);
});
