import { runOperator } from "./run.ts";

const write = (output: { writeSync(bytes: Uint8Array): number }) => (text: string): void => {
  const bytes = new TextEncoder().encode(text);
  for (let sent = 0; sent < bytes.length;) sent += output.writeSync(bytes.subarray(sent));
};

const code = await runOperator({
  args: Deno.args,
  env: Deno.env,
  source: {
    isTerminal: () => Deno.stdin.isTerminal(),
    setRaw: (isRaw) => Deno.stdin.setRaw(isRaw),
    read: (bytes) => Deno.stdin.read(bytes),
    say: write(Deno.stderr),
  },
  write: write(Deno.stdout),
});
Deno.exit(code);
