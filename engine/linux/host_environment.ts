/** The environment of the host process: its own order and bytes, which `Deno.env` does not keep. See environ(7). */

const encoder = new TextEncoder();

/** The variables, each as the bytes of `NAME=value`. Changes that the process made to its environment are not in them. */
export function hostEnvironment(): Uint8Array[] {
  let bytes: Uint8Array;
  try {
    bytes = Deno.readFileSync("/proc/self/environ");
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return Object.entries(Deno.env.toObject()).map(([name, value]) => encoder.encode(`${name}=${value}`));
  }
  const variables: Uint8Array[] = [];
  for (let start = 0; start < bytes.length;) {
    const found = bytes.indexOf(0, start);
    const end = found < 0 ? bytes.length : found;
    variables.push(bytes.slice(start, end));
    start = end + 1;
  }
  return variables;
}
