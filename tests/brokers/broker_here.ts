/** What can be said against using a server of this machine; undefined where it listens. */
export async function whyNobodyListens(port: number): Promise<string | undefined> {
  try {
    const connection = await Deno.connect({ hostname: "127.0.0.1", port });
    connection.close();
    return undefined;
  } catch (error) {
    return `127.0.0.1:${port} says ${error instanceof Error ? error.message : error}`;
  }
}

/** What can be said against starting a program; undefined where nothing can. */
export async function whyNoProgram(command: string): Promise<string | undefined> {
  try {
    await new Deno.Command(command, { args: ["--version"], stdout: "null", stderr: "null" })
      .output();
    return undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return `${command} is not installed`;
    throw error;
  }
}
