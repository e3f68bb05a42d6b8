/** Whether this machine can run guests: the host's kernel answers their system calls, so it must be the same kind. */

/** What a host is, as `Deno.build` says. */
export interface Host {
  readonly os: string;
  readonly arch: string;
}

/** Says what to do on a host that cannot run guests; undefined on one that can. */
export function hostProblem({ os, arch }: Host): string | undefined {
  if (os === "linux" && arch === "x86_64") return undefined;
  return `Cannot run here: Ceratops needs Linux on x86-64, and this is ${os} on ${arch}; ` +
    "use a Linux container or a virtual machine";
}
