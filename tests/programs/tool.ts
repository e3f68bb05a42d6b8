/** Runs the tools that tests compare with. */

/** Whether a program is in the PATH; a test that needs it is left out where it is not. `.ci/run` installs all. */
export function hasTool(name: string): boolean {
  return (Deno.env.get("PATH") ?? "").split(":").some((folder) => {
    try {
      return Deno.statSync(`${folder}/${name}`).isFile;
    } catch {
      return false;
    }
  });
}

/** What a program writes to standard output and standard error. @throws {Error} If it ends with another status. */
export async function runTool(name: string, args: readonly string[], status = 0): Promise<[string, string]> {
  const { code, stdout, stderr } = await new Deno.Command(name, { args: [...args], stdin: "null" }).output();
  const [written, errors] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  if (code !== status) throw new Error(`${name} ${args.join(" ")} ended with ${code}:\n${errors}${written}`);
  return [written, errors];
}
