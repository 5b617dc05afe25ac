/** Compiles a program of this folder into another. @throws Error where it cannot be compiled */
export async function buildC(name: string, dataDir: string): Promise<string> {
  const program = `${dataDir}/${name}`;
  const source = new URL(`${name}.c`, import.meta.url).pathname;
  const args = ["-O2", "-o", program, source];
  const { success } = await new Deno.Command("cc", { args, stderr: "inherit" }).output();
  if (!success) throw new Error(`Cannot compile ${name}.c`);
  return program;
}
