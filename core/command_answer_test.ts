import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { answerCommand, type CommandAnswer, type CommandSubject } from "./command_answer.ts";
import type { CommandFlag } from "./command_line.ts";
import { ConfigReader } from "./config.ts";
import { readServiceConfig } from "./service_config.ts";

const SUBJECT: CommandSubject = {
  name: "game",
  parseConfig: (env) => {
    const reader = new ConfigReader(env);
    const service = { prefix: "GAME", opsPort: 8001, serverId: "game-1" };
    return reader.finish(readServiceConfig(reader, service));
  },
};

function ask(
  flag: CommandFlag,
  env: ReadonlyMap<string, string> = new Map(),
): Promise<CommandAnswer> {
  return answerCommand({ kind: "command", flag }, SUBJECT, env);
}

Deno.test("--version names service, version and platform", async () => {
  const { exitCode, text } = await ask("--version");
  assertEquals(exitCode, 0);
  assertMatch(text, /^tanks-blitz game \d+\.\d+\.\d+ \(deno \d+\.\d+\.\d+, \w+ \w+\)$/);
});

Deno.test("--help has the variables of the service, of its process and of every broker", async () => {
  const { exitCode, text } = await ask("--help");
  assertEquals(exitCode, 0);
  assertMatch(text, /^ {2}GAME_OPS_PORT +8001 +0\.\.65535$/m);
  assertMatch(text, /^ {2}LOG_LEVEL +INFO +one of DEBUG, /m);
  for (
    const name of [
      ...["KAFKA_BOOTSTRAP_SERVERS", "KAFKA_SASL_PASSWORD", "RABBITMQ_URL", "RABBITMQ_PASSWORD"],
      ...["NATS_URL", "REDIS_URL", "DATABASE_URL", "DB_HOST", "DB_PASSWORD", "USE_MOCKS"],
    ]
  ) {
    assertStringIncludes(text, `\n  ${name} `);
  }
});

Deno.test("--help says the same whatever the environment is", async () => {
  assertEquals(await ask("--help", new Map([["GAME_OPS_PORT", "x"]])), await ask("--help"));
});

Deno.test("--check-config says what is wrong with all variables, and ends with 2", async () => {
  assertEquals(await ask("--check-config"), {
    exitCode: 0,
    text: "game: every variable can be read",
  });
  const env = new Map([["GAME_OPS_PORT", "x"], ["REDIS_URL", "redis:"], ["LOG_FORMAT", "xml"]]);
  const { exitCode, text } = await ask("--check-config", env);
  assertEquals(exitCode, 2);
  assertEquals(text.split("\n").map((line) => line.split(":")[0]), [
    "Cannot read GAME_OPS_PORT",
    "Cannot read LOG_FORMAT",
    "Cannot read REDIS_URL",
  ]);
});

Deno.test("--health ends with 1 where nobody answers, and with 2 where nobody knows whom to ask", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const gone = await ask("--health", new Map([["GAME_OPS_PORT", String(port)]]));
  assertEquals(gone.exitCode, 1);
  assertStringIncludes(gone.text, "Cannot ask");
  assertEquals((await ask("--health", new Map([["GAME_OPS_PORT", "0"]]))).exitCode, 2);
  assertEquals((await ask("--health", new Map([["GAME_OPS_PORT", "x"]]))).exitCode, 2);
});

Deno.test("an argument that is unknown is named, with the usage", async () => {
  const command = { kind: "unknown", argument: "--helpp" } as const;
  const { exitCode, text } = await answerCommand(command, SUBJECT, new Map());
  assertEquals(exitCode, 2);
  assertStringIncludes(
    text,
    'Cannot use the argument "--helpp": it is unknown\nUsage: game [--health',
  );
});
