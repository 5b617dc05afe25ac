import { assert, assertEquals, assertMatch } from "@std/assert";
import { startSystem } from "../harness.ts";

// The README's port, and what listens there in a test.
const README_PORTS = { auth: 8888, udp: 9999 };

Deno.test("README's examples give the answers that it prints", async (test) => {
  const examples = parseExamples(await Deno.readTextFile("README.md"));
  assertEquals(examples.length, 4);
  const system = await startSystem({ env: { GAME_SILENCE_MS: "500" } });
  const ports = new Map([
    [README_PORTS.auth, system.auth.addresses.tcp.port],
    [README_PORTS.udp, system.game.addresses.udp.port],
  ]);
  try {
    for (const { command, answer } of examples) {
      await test.step(command, async () => {
        const real = command.replace(/ (\d+)$/, (_, port) => ` ${ports.get(Number(port))}`);
        const shell = new Deno.Command("sh", { args: ["-c", real], stderr: "null" });
        const { stdout } = await shell.output();
        assertMatch(new TextDecoder().decode(stdout).trim(), patternOf(answer));
      });
    }
  } finally {
    await system.close();
  }
});

Deno.test("README names tasks that there are", async () => {
  const readme = await Deno.readTextFile("README.md");
  const { tasks } = JSON.parse(await Deno.readTextFile("deno.json"));
  const named = [...readme.matchAll(/(?:deno|deno@[\d.]+) task ([a-z-]+)/g)].map(([, name]) =>
    name
  );
  assert(named.length >= 6);
  for (const name of named) assert(name !== undefined && name in tasks, `task ${name}`);
});

/** A netcat command and the block after it: what it answers, shortened with `…`. */
interface Example {
  readonly command: string;
  readonly answer: string;
}

function parseExamples(readme: string): readonly Example[] {
  const blocks = readme.matchAll(/```sh\n(echo [^\n]* nc [^\n]*)\n```\s*```text\n([^\n]*)\n```/g);
  return [...blocks].map(([, command = "", answer = ""]) => ({ command, answer }));
}

function patternOf(answer: string): RegExp {
  const parts = answer.split("…").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join("[^]*?")}$`);
}
