/** How a run of Deno ended. */
export interface DenoResult {
  /** Whether its exit code was 0. */
  readonly success: boolean;
  /** Its standard output. */
  readonly output: string;
  /** Its standard error, without colours. */
  readonly error: string;
}

/** Runs this very Deno with some arguments, in a folder and with variables beside those of this process. */
export async function runDeno(
  args: readonly string[],
  options: { readonly cwd: URL; readonly env?: Readonly<Record<string, string>> },
): Promise<DenoResult> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: options.cwd,
    env: { NO_COLOR: "1", ...options.env },
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return {
    success,
    output: decoder.decode(stdout),
    error: decoder.decode(stderr).trim(),
  };
}
