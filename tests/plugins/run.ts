/** Runs a guest under a plugin and gives what it wrote. */

import { fileURLToPath } from "node:url";
import { Emulator, type Plugin, type PluginHandle, type PluginSettings, type StopReason } from "../../mod.ts";

/** The tutorial's guest; what its QEMU printed for it is in tutorial/. */
export const FIB: string = fileURLToPath(new URL("../guests/fib", import.meta.url));

/** What the tutorial's QEMU printed. */
export function tutorial(name: string): string {
  return Deno.readTextFileSync(new URL(`tutorial/${name}.txt`, import.meta.url));
}

/** A run that has ended. */
export interface PluginRun {
  readonly reason: StopReason;
  /** Instructions executed, by the emulator's own count. */
  readonly total: number;
  readonly emulator: Emulator;
  readonly handle: PluginHandle;
  readonly warnings: readonly string[];
  /** The report; what was written while the guest ran comes first. */
  report(format?: string): string;
  [Symbol.dispose](): void;
}

/** Runs a program to its end. */
export async function runPlugin<P extends PluginSettings>(
  plugin: Plugin<P>,
  params: Readonly<Record<string, string>> = {},
  program: string = FIB,
  args: readonly string[] = [],
): Promise<PluginRun> {
  const warnings: string[] = [];
  const emulator = Emulator.open({ program, args, env: {}, onWarning: (message) => warnings.push(message) });
  const handle = emulator.use(plugin, params);
  const reason = await emulator.run();
  return {
    reason,
    total: emulator.coverage.total,
    emulator,
    handle,
    warnings,
    report: (format) => reportText(handle, format),
    [Symbol.dispose]: () => emulator.close(),
  };
}

/** A plugin's report as text; bytes are not taken. */
export function reportText(handle: PluginHandle, format?: string): string {
  const parts: string[] = [];
  handle.report({ write: (text) => void parts.push(text) }, format);
  return parts.join("");
}

/** A plugin's report as bytes. */
export function reportBytes(handle: PluginHandle): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  handle.report({
    write: (text) => void parts.push(new TextEncoder().encode(text)),
    writeBytes: (bytes) => void parts.push(Uint8Array.from(bytes)),
  });
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}
