/** What the operator's command said. */
export interface OperatorResult {
  /** Its exit code. */
  readonly code: number;
  /** Standard output. */
  readonly output: string;
  /** Standard error. */
  readonly error: string;
}

/** Runs the operator's command in a process of its own; `input` is its standard input. */
export async function runOperatorCommand(
  args: readonly string[],
  options: { readonly env: Readonly<Record<string, string>>; readonly input?: string },
): Promise<OperatorResult> {
  const script = `${new URL("../../", import.meta.url).pathname}auth/operator/main.ts`;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", "--allow-all", script, ...args],
    env: { ...options.env, NO_COLOR: "1" },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  // It may end without having read anything.
  await writer.write(new TextEncoder().encode(options.input ?? "")).catch(() => {});
  await writer.close().catch(() => {});
  const { code, stdout, stderr } = await child.output();
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  return { code, output: text(stdout), error: text(stderr) };
}
