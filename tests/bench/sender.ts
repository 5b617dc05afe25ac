import { isThere, scriptWords } from "./program.ts";

/** A program that floods a UDP port, see `udp_sender.c`. */
export interface Sender {
  /** Its source. */
  readonly name: string;
  /** What runs it, without its arguments. */
  readonly words: readonly string[];
}

/** Compiles the sender in C; without a compiler there is one in TypeScript. */
export async function buildSender(dataDir: string): Promise<Sender> {
  const program = `${dataDir}/udp_sender`;
  const source = new URL("udp_sender.c", import.meta.url).pathname;
  if (await isThere("cc")) {
    const args = ["-O2", "-o", program, source];
    const { success } = await new Deno.Command("cc", { args, stderr: "null" }).output();
    if (success) return { name: "udp_sender.c", words: [program] };
  }
  return { name: "udp_sender.ts", words: scriptWords("udp_sender.ts") };
}
