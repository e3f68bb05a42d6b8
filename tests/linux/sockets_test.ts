/** Sockets: as Linux has them, within what a guest may; and while a guest waits for one, the host goes on. */

import assert from "node:assert/strict";
import { Emulator } from "../../mod.ts";
import { compile } from "../programs/compile.ts";
import { assertSame, runGuest, runNative } from "../programs/comparison.ts";

const FLAGS = ["-O1", "-w"];
const conformance = (name: string) => compile(new URL(`../conformance/${name}.c`, import.meta.url), FLAGS);

async function withFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "ceratops-sockets-" }));
  try {
    return await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("the kernel can be asked about interfaces and addresses, by netlink", async () => {
  await assertSame([await conformance("netlink")]);
});

Deno.test("sockets give the results and errors of Linux", async () => {
  const program = await conformance("sockets");
  const native = await withFolder((folder) => runNative([program, folder]));
  const guest = await withFolder((folder) => runGuest([program, folder]));
  assert.equal(guest.stdout, native.stdout);
  assert.equal(native.stdout.split("\n").length > 200, true);
  assert.equal(guest.stderr, "");
});

/** What each line of a section says, as `call: result`. */
function section(stdout: string, name?: string): string[] {
  const parts = stdout.split(/^-- (.*)\n/m);
  return (name === undefined ? parts[0] : parts[parts.indexOf(name) + 1]).trimEnd().split("\n");
}

const refused = (lines: string[]) => lines.filter((line) => line.endsWith(": EACCES"));

Deno.test("the network needs --allow-net, in every way to it, and only as far as that goes", async () => {
  using listener = Deno.listen({ hostname: "0.0.0.0", port: 0 });
  const { port } = listener.addr;
  const program = await conformance("network");
  const run = (...permissions: string[]) => runGuest([program, String(port)], { permissions });

  const without = await run();
  for (const part of [undefined, "elsewhere"]) {
    assert.deepEqual(refused(section(without.stdout, part)), section(without.stdout, part));
  }
  const problem =
    `not allowed to reach 127.0.0.1:${port} and \\d+ more, write @.*; --allow-net --allow-write would allow it`;
  assert.match(without.stderr, new RegExp(problem));

  const some = await run(`--allow-net=127.0.0.1:${port}`);
  assert.deepEqual(refused(section(some.stdout)), []);
  assert.deepEqual(refused(section(some.stdout, "elsewhere")), section(some.stdout, "elsewhere"));

  const all = await run("--allow-net", "--allow-write");
  assert.deepEqual(refused(all.stdout.split("\n")), []);
  assert.deepEqual(section(all.stdout, "refused").map((line) => line.replace(/^.*: /, "")), [
    ...["EPERM", "EAFNOSUPPORT", "EPROTONOSUPPORT", "EAFNOSUPPORT", "EAFNOSUPPORT"],
    ...["ENOPROTOOPT", "ENOPROTOOPT", "ENOPROTOOPT", "ENOPROTOOPT", "done"],
  ]);
});

Deno.test("a guest that waits for a connection and for data does not keep the host waiting", async () => {
  const source = `
    #include <arpa/inet.h>
    #include <stdio.h>
    #include <stdlib.h>
    #include <sys/socket.h>
    #include <unistd.h>
    int main(int argc, char **argv) {
      int server = socket(AF_INET, SOCK_STREAM, 0), port = atoi(argv[1]);
      struct sockaddr_in name = {AF_INET, htons(port), {htonl(INADDR_LOOPBACK)}};
      char text[64];
      if (port != 0) {
        if (connect(server, (void *)&name, sizeof name)) return perror("connect"), 1;
        long count = read(server, text, sizeof text);
        return write(server, text, count) == count ? count : 99;
      }
      socklen_t length = sizeof name;
      bind(server, (void *)&name, sizeof name), listen(server, 1), getsockname(server, (void *)&name, &length);
      dprintf(1, "%d\\n", ntohs(name.sin_port));
      int client = accept(server, 0, 0);
      long count = recv(client, text, 5, MSG_WAITALL);
      return write(client, text, count) == count ? count : 99;
    }`;
  const program = await compile(source, FLAGS);
  // The guest connects; this very process answers late.
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  using client = Emulator.open({ program, args: [String(listener.addr.port)], permissions: { net: ["localhost"] } });
  const ended = client.run();
  using connection = await listener.accept();
  await new Promise((resolve) => setTimeout(resolve, 50));
  await connection.write(new TextEncoder().encode("late"));
  assert.deepEqual(await ended, { kind: "exited", status: 4 });

  // The guest listens; this very process connects, and writes in two parts.
  let tell!: (port: number) => void;
  const told = new Promise<number>((resolve) => tell = resolve);
  using server = Emulator.open({ program, args: ["0"], permissions: { net: true } });
  server.hookSyscall("write", {
    onEnter({ args, registers }) {
      if (args.fd !== 1) return;
      tell(parseInt(server.memory.cstring(registers[1])));
      return Number(args.count); // nothing is printed
    },
  });
  const served = server.run();
  using peer = await Deno.connect({ hostname: "127.0.0.1", port: await told });
  await peer.write(new TextEncoder().encode("he"));
  await new Promise((resolve) => setTimeout(resolve, 50));
  await peer.write(new TextEncoder().encode("llo"));
  const bytes = new Uint8Array(8);
  assert.equal(await peer.read(bytes), 5);
  assert.equal(new TextDecoder().decode(bytes.subarray(0, 5)), "hello");
  assert.deepEqual(await served, { kind: "exited", status: 5 });
});

Deno.test("python3 uses the network as it is", async () => {
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    return new Response(`${request.method} ${new URL(request.url).pathname} ${"x".repeat(100_000)}`);
  });
  const url = `http://127.0.0.1:${server.addr.port}/some/where`;
  const permissions = ["--allow-net=127.0.0.1"];
  const script = `import urllib.request; print(len(urllib.request.urlopen("${url}").read()))`;
  const python = await runGuest(["/usr/bin/python3", "-c", script], { permissions });
  assert.equal(python.stdout, "100016\n", python.stderr);
});

Deno.test("paths of local sockets need permission to write, and stay under the system root", async () => {
  await withFolder(async (root) => {
    const program = await compile(
      `
      #include <errno.h>
      #include <stdio.h>
      #include <string.h>
      #include <sys/socket.h>
      #include <sys/un.h>
      int main(int argc, char **argv) {
        struct sockaddr_un name = {AF_UNIX}, back;
        strcpy(name.sun_path, argv[1]);
        int server = socket(AF_UNIX, SOCK_STREAM, 0), client = socket(AF_UNIX, SOCK_STREAM, 0);
        if (bind(server, (void *)&name, sizeof name)) puts(strerrorname_np(errno));
        listen(server, 1);
        if (connect(client, (void *)&name, sizeof name)) puts(strerrorname_np(errno));
        socklen_t length = sizeof back;
        if (!getpeername(client, (void *)&back, &length)) puts(back.sun_path);
      }`,
      [...FLAGS, "-static"],
    );
    await Deno.mkdir(`${root}/run`);
    await Deno.mkdir(`${root}/far/${"deep/".repeat(20)}`, { recursive: true });
    await Deno.copyFile(program, `${root}/program`);
    await Deno.chmod(`${root}/program`, 0o755);
    const inside = (path: string, ...options: string[]) =>
      runGuest(["/program", path], { options: ["--sysroot", root], permissions: options });
    assert.equal((await inside("/run/../../../run/socket")).stdout, "EACCES\nENOENT\n");
    assert.equal((await inside("/run/../../../run/socket", "--allow-write=/run")).stdout, "/run/socket\n");
    assert.equal(Deno.lstatSync(`${root}/run/socket`).isSocket, true);
    assert.equal((await inside("/run/socket", "--allow-write")).stdout, "EADDRINUSE\nECONNREFUSED\n");
    assert.equal((await inside("/run/socket")).stdout, "EADDRINUSE\nEACCES\n");
    // With the root, its path is too long for an address.
    const far = `/far/${"deep/".repeat(18)}socket`;
    assert.equal((await inside(far, "-A")).stdout, "socket\n");
    assert.equal(Deno.lstatSync(root + far).isSocket, true);
  });
});
