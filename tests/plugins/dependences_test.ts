import assert from "node:assert/strict";
import { definePlugin, type MemoryAccess, type PluginInstruction } from "../../mod.ts";
import dependences from "../../plugins/dependences.ts";
import { compile } from "../programs/compile.ts";
import { FIB, runPlugin } from "./run.ts";

/** Who produces what is in the comments, worked out by hand from the Intel manual. */
const GUEST = `
  .intel_syntax noprefix
  .globl _start
_start:
  mov eax, 5
  mov ebx, 0x600000
  mov byte ptr [rbx], al        # al: mov eax; rbx: mov ebx
  mov byte ptr [rbx + 1], 2
  movzx ecx, word ptr [rbx]     # memory: both stores
  mov edx, 0x1234
  mov dh, 7
  mov sil, dl                   # dl: mov edx
  mov di, dx                    # dx: mov edx, mov dh
  mov r8d, edx                  # edx: mov edx, mov dh
  cmp eax, 9
  inc eax                       # leaves the carry
  setb r9b                      # flags: cmp
  seta r10b                     # flags: cmp (carry), inc (zero)
  xor eax, eax                  # nothing
  mov ecx, 3
again:
  dec ecx                       # ecx: mov once, dec twice
  jne again                     # flags: dec, three times
  mov ecx, 2
  mov esi, 0x600000
  lea rdi, [rsi + 16]
  rep movsb                     # two times; memory: a store each
  mov r11w, word ptr [rdi - 2]  # memory: rep movsb
  push r8
  pop r12                       # memory: push; rsp: push
  mov rdi, 0x600040
  mov eax, 63                   # uname(2)
  syscall
  mov r13d, dword ptr [rdi]     # memory: syscall
  mov r14d, dword ptr [rdi - 16] # memory: nobody
  mov eax, 60
  xor edi, edi
  syscall
  .data
data: .fill 1024, 1, 0
`;

/** Two threads that take turns, each with a value of its own in r12; the second one begins with the first one's rbx. */
const THREADS = `
  .intel_syntax noprefix
  .globl _start
_start:
  mov ebx, 1
  mov edi, 0x50f00              # CLONE_VM, FS, FILES, SIGHAND, THREAD, SYSVSEM
  mov esi, 0x600800
  xor edx, edx
  xor r10d, r10d
  xor r8d, r8d
  mov eax, 56                   # clone(2)
  syscall
  test eax, eax
  jz child
  mov r12d, 9
  mov r15d, 3
yield:
  mov eax, 24                   # sched_yield(2)
  syscall
  dec r15d
  jnz yield
  mov r13d, r12d
wait:
  mov eax, 24
  syscall
  cmp dword ptr [0x600000], 1
  jne wait
  mov eax, 231                  # exit_group(2)
  xor edi, edi
  syscall
child:
  mov r12d, 7
  mov r15d, 5
again:
  mov eax, 24
  syscall
  dec r15d
  jnz again
  mov r14d, r12d
  mov ebp, ebx
  mov dword ptr [0x600000], 1
  mov eax, 60
  syscall
  .data
data: .fill 4096, 1, 0
`;

type Reads = Readonly<Record<string, string>>;
const EXPECTED: Readonly<Record<string, Reads>> = {
  "mov byte ptr [rbx], al": { al: "1 mov eax, 5", rbx: "1 mov ebx, 0x600000" },
  "movzx ecx, word ptr [rbx]": {
    memory: "1 mov byte ptr [rbx + 1], 2; 1 mov byte ptr [rbx], al",
    rbx: "1 mov ebx, 0x600000",
  },
  "mov sil, dl": { dl: "1 mov edx, 0x1234" },
  "mov di, dx": { dx: "1 mov dh, 7; 1 mov edx, 0x1234" },
  "mov r8d, edx": { edx: "1 mov dh, 7; 1 mov edx, 0x1234" },
  "setb r9b": { flags: "1 cmp eax, 9" },
  "seta r10b": { flags: "1 cmp eax, 9; 1 inc eax" },
  "dec ecx": { ecx: "1 mov ecx, 3; 2 dec ecx" },
  "rep movsb byte ptr [rdi], byte ptr [rsi]": {
    flags: "2 (initial)",
    memory: "1 mov byte ptr [rbx + 1], 2; 1 mov byte ptr [rbx], al",
    rcx: "1 mov ecx, 2; 1 rep movsb byte ptr [rdi], byte ptr [rsi]",
    rdi: "1 lea rdi, [rsi + 0x10]; 1 rep movsb byte ptr [rdi], byte ptr [rsi]",
    rsi: "1 mov esi, 0x600000; 1 rep movsb byte ptr [rdi], byte ptr [rsi]",
  },
  "mov r11w, word ptr [rdi - 2]": {
    memory: "1 rep movsb byte ptr [rdi], byte ptr [rsi]",
    rdi: "1 rep movsb byte ptr [rdi], byte ptr [rsi]",
  },
  "pop r12": { memory: "1 push r8", rsp: "1 push r8" },
  "mov r13d, dword ptr [rdi]": { memory: "1 syscall", rdi: "1 mov rdi, 0x600040" },
  "mov r14d, dword ptr [rdi - 0x10]": { memory: "1 (initial)", rdi: "1 mov rdi, 0x600040" },
};

interface Producer {
  readonly through: string;
  readonly count: number;
  readonly where: string;
  readonly text: string;
  readonly address: string | null;
}

interface Instruction {
  readonly address: string;
  readonly text: string;
  readonly executed: number;
  readonly producers: readonly Producer[];
}

async function run(program: string, params: Readonly<Record<string, string>> = {}) {
  using result = await runPlugin(dependences, { limit: "0", ...params }, program);
  assert.deepEqual(result.warnings, []);
  const { instructions, symbols } = JSON.parse(result.report("json"));
  return { instructions: instructions as readonly Instruction[], symbols, text: result.report() };
}

async function guest(source = GUEST): Promise<string> {
  const file = await Deno.makeTempFile({ suffix: ".s" });
  await Deno.writeTextFile(file, source);
  try {
    return await compile(new URL(`file://${file}`), ["-nostdlib", "-static", "-no-pie", "-Wl,-Tdata=0x600000"]);
  } finally {
    await Deno.remove(file);
  }
}

/** What an instruction read, as the comments of the guest have it. */
function reads({ producers }: Instruction): Reads {
  const lines = Object.groupBy(producers, ({ through }) => through);
  return Object.fromEntries(
    Object.entries(lines).map(([through, list = []]) =>
      [through, list.map(({ count, text, where }) => `${count} ${text || where}`).sort().join("; ")] as const
    ).sort(([a], [b]) => a < b ? -1 : 1),
  );
}

Deno.test("dependences has the producers that the manual gives, through registers, flags and memory", async () => {
  const { instructions } = await run(await guest());
  for (const [text, expected] of Object.entries(EXPECTED)) {
    const found = instructions.find((each) => each.text === text);
    assert.ok(found, text);
    assert.deepEqual(reads(found), expected, text);
  }
  assert.ok(!instructions.some(({ text }) => text === "xor eax, eax"));
});

Deno.test("dependences keeps the registers of threads apart, which begin with their parent's", async () => {
  const { instructions } = await run(await guest(THREADS));
  const of = (text: string) => reads(instructions.find((each) => each.text === text) as Instruction);
  assert.deepEqual(of("mov r13d, r12d"), { r12d: "1 mov r12d, 9" });
  assert.deepEqual(of("mov r14d, r12d"), { r12d: "1 mov r12d, 7" });
  assert.deepEqual(of("mov ebp, ebx"), { ebx: "1 mov ebx, 1" });
});

/** Bytes of a register that a name means, and those that change when it is written. */
function bytesOf(name: string, isWritten: boolean): string[] {
  const low = /^([abcd])l$/.exec(name) ?? /^(si|di|bp|sp)l$/.exec(name) ?? /^(r\d+)b$/.exec(name);
  if (low !== null) return [`${low[1]}0`];
  const high = /^([abcd])h$/.exec(name);
  if (high !== null) return [`${high[1]}1`];
  const match = /^([re]?)([abcd])x$/.exec(name) ?? /^([re]?)(si|di|bp|sp)$/.exec(name) ??
    /^()(r\d+)([wd]?)$/.exec(name);
  if (match === null) return [name];
  const size = match[3] === "w" ? 2 : match[3] === "d" || match[1] === "e" ? 4 : match[3] === "" || match[1] ? 8 : 2;
  return Array.from({ length: isWritten && size === 4 ? 8 : size }, (_, at) => `${match[2]}${at}`);
}

/** A slow model: a closure before each instruction, and a map from each byte to the address that wrote it. */
function slowModel(edges: Map<string, number>) {
  return definePlugin({
    name: "slow",
    description: "Dependences, one by one",
    setup({ onTranslate, registerAccess }) {
      const writers = new Map<string | number, bigint>();
      let [stores, loads]: MemoryAccess[][] = [[], []];
      let pending: (() => void) | undefined;

      function note(at: bigint, through: string, bytes: readonly (string | number)[]) {
        for (const producer of new Set(bytes.map((byte) => writers.get(byte)))) {
          const key = `${at} ${through} ${producer}`;
          edges.set(key, (edges.get(key) ?? 0) + 1);
        }
      }

      function finish(instruction: PluginInstruction) {
        const { address } = instruction;
        const { reads, writes, flagsRead, flagsWritten } = registerAccess(instruction);
        for (const name of reads) note(address, name, bytesOf(name, false));
        if (flagsRead.length > 0) note(address, "flags", flagsRead);
        const range = ({ address, size }: MemoryAccess) =>
          Array.from({ length: size }, (_, at) => Number(address) + at);
        for (const load of loads) note(address, "memory", range(load));
        for (const name of [...writes.flatMap((name) => bytesOf(name, true)), ...flagsWritten]) {
          writers.set(name, address);
        }
        for (const byte of stores.flatMap(range)) writers.set(byte, address);
        [stores, loads] = [[], []];
      }

      onTranslate((block) => {
        for (const instruction of block.instructions) {
          instruction.onExecute(() => {
            pending?.();
            pending = () => finish(instruction);
          });
          instruction.onMemory((access) => {
            if (access.reads) loads.push(access);
            if (access.writes) stores.push(access);
          });
        }
      });
    },
  });
}

Deno.test("dependences finds what a model finds that looks at each byte before each instruction", async () => {
  const { instructions } = await run(FIB);
  const edges = new Map<string, number>();
  using _run = await runPlugin(slowModel(edges));
  const found = new Map(
    instructions.flatMap(({ address, producers }) =>
      producers.map(({ through, address: from, count }) =>
        [`${BigInt(address)} ${through} ${from === null ? undefined : BigInt(from)}`, count] as const
      )
    ),
  );
  assert.ok(edges.size > 50);
  // The last system call ends the program, before the model has looked at it.
  const last = instructions.findLast(({ text }) => text === "syscall")?.address;
  const others = (all: ReadonlyMap<string, number>) =>
    [...all].filter(([key]) => !key.startsWith(`${BigInt(last ?? 0)} `)).sort(([a], [b]) => a < b ? -1 : 1);
  assert.deepEqual(others(found), others(edges));
});

Deno.test("dependences follows all code, and tells of the instructions that are within", async () => {
  const all = await run(FIB);
  const part = await run(FIB, { within: "length" });
  const isWithin = ({ where }: Producer) => /^length/.test(where);
  const expected = all.instructions.filter((each) => isWithin(each as unknown as Producer));
  assert.deepEqual(part.instructions, expected);
  assert.ok(expected.length > 3);
  assert.match(part.text, /length +_start/);
});
