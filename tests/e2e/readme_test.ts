/**
 * The commands of README and deploy/README: each is run here as it stands there, but for ports and data of
 * its own, or it is skipped with the reason.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { whyNoProgram } from "../brokers/broker_here.ts";
import { hasBroker } from "../brokers/require_brokers.ts";
import { parseJsonObject } from "../clients/json_fields.ts";
import { eventually } from "../contract/eventually.ts";
import {
  type Example,
  parseExamples,
  parseFigures,
  parsePrograms,
  parseTasks,
  parseTypedLines,
  patternOf,
  ROOT,
} from "./readme_commands.ts";
import { ReadmeDev } from "./readme_dev.ts";
import { TypedSession } from "./readme_session.ts";

const readme = await Deno.readTextFile(new URL("README.md", ROOT));
const deployReadme = await Deno.readTextFile(new URL("deploy/README.md", ROOT));
const examples = parseExamples(readme);
const tasks = [...parseTasks(readme), ...parseTasks(deployReadme)];

/** Commands that are not run as they stand, by how they begin, and why. */
const NOT_RUN: readonly (readonly [start: string, reason: string])[] = [
  [
    "docker ",
    "it needs Docker; tests/deploy holds compose.yaml and Dockerfile against the services",
  ],
  ["deno task dev --brokers", "tests/deploy/dev_brokers_test.ts runs it on servers of its own"],
  [`npx -y deno@${Deno.version.deno} task test`, "it is what runs this"],
  [`npx -y deno@${Deno.version.deno} task dev`, "dev runs below by this Deno, of that version"],
  ["deno task dev", "all below is asked of it"],
  ["deno task test:cluster", "it wants the machine for itself; .ci/run runs it after this"],
  ["deno task test", "it is what runs this"],
  ["deno task ok", "it runs this, after what it checks first"],
  ["deno task compile", "tests/deploy/compile_test.ts runs it"],
  ["deno task replay <match_id>", "tests/e2e/replay_test.ts runs it on a match that was played"],
  ["deno task auth", "tests/permissions runs it, and every other service's"],
  ["deno task load", "tests/load runs it"],
  ["deno task soak", "it takes minutes of the machine for itself; .ci/run runs it after this"],
  ["deno task simulate", "tests/simulation runs a part of its seeds"],
];

/** Commands that end by themselves, and what they write; the code is 0. */
const RUN: ReadonlyMap<string, RegExp> = new Map([
  ["deno task replay --list", /^/],
  ["deno task accounts list", /player1[^]*testuser/],
  ["deno task auth:rotate-key", /./],
  ["deno task game --help", /GAME_UDP_PORT +9999 +0\.\.65535/],
]);
/** What a command is run with, where the README leaves it open. */
const ARGUMENTS: ReadonlyMap<string, string> = new Map([
  ["deno task accounts", "deno task accounts list"],
]);

const commands = [...new Set([...examples.map(({ command }) => command), ...tasks])];
for (const command of commands.filter((one) => !isRun(one))) {
  const reason = NOT_RUN.find(([start]) => command.startsWith(start))?.[1];
  Deno.test({
    name: `README: ${command} (${reason ?? "nobody runs it"})`,
    // What nobody runs, and nobody knows why, fails.
    ignore: reason !== undefined,
    fn: () => {
      throw new Error("Cannot find out what runs this command");
    },
  });
}

const whyNot = await whyNoProgram("nc") ?? await whyNoProgram("curl");
const ignore = !hasBroker("netcat and curl for the README", whyNot);
Deno.test({ name: "README's commands do what it says beside dev", ignore, fn: runCommands });

async function runCommands(test: Deno.TestContext): Promise<void> {
  await using dev = await ReadmeDev.start();
  for (const example of examples.filter(({ command }) => /^(?:echo|curl) /.test(command))) {
    // What is live is known seconds after the start.
    const isStatus = example.command.startsWith("curl ");
    const prove = (): Promise<void> => answers(dev, example);
    await test.step(example.command, () => isStatus ? eventually(prove) : prove());
  }
  const telnet = examples.find(({ command }) => /^nc /.test(command));
  await test.step(`${telnet?.command} and what is typed there`, async () => {
    await using session = new TypedSession(dev.command(telnet?.command ?? "", "piped"));
    await session.follow(telnet?.answer ?? "");
  });
  await test.step("nc -u 127.0.0.1 9999 and what is typed there", async () => {
    const [join = "", move = "", input = "", leave = "", ...more] = parseTypedLines(readme);
    assertEquals(more, []);
    await using session = new TypedSession(dev.command("nc -u 127.0.0.1 9999", "piped"));
    // netcat makes one datagram of lines that it reads at once: each waits for what the one before it did.
    await session.type(join);
    const joined = await session.until((all) => all.includes('"status":"joined"'));
    const tankId = /"tank_id":"([^"]+)"/.exec(joined)?.[1] ?? "";
    await session.type(move);
    await session.until((all) => placesOf(tankId, all).size > 1);
    await session.type(input);
    await session.until((all) => all.includes('"ack_seq":1'));
    await session.type(leave);
    const all = await session.until((all) => all.includes('"status":"left_game"'));
    assert(!all.includes('"status":"error"'));
  });
  for (const program of parsePrograms(readme)) {
    await test.step("the client in TypeScript", async () => {
      const output = await runProgram(dev, program);
      assertMatch(output, /playerId: "p3"/);
      assertMatch(output, /xM: \d/);
    });
  }
  for (const named of commands) {
    const command = ARGUMENTS.get(named) ?? named;
    const expected = RUN.get(command);
    if (expected === undefined) continue;
    await test.step(command, async () => {
      const { code, output } = await dev.run(command);
      assertEquals(code, 0, output);
      assertMatch(output, expected);
    });
  }
  await test.step("the pages and the description", async () => {
    for (const at of ["8080/", "8080/openapi.json", "8080/ops", "8090/"]) {
      assertEquals((await dev.run(`curl -sf http://127.0.0.1:${at}`)).code, 0, at);
    }
  });
}

/** Runs a program as a file at the top, from standard input, and gives what it wrote. */
async function runProgram(dev: ReadmeDev, program: string): Promise<string> {
  const port = /(?<=port: )9999/;
  assertMatch(program, port);
  const child = dev.command("deno run --allow-net -", "piped").spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(program.replace(port, `${dev.portOf(9999)}`)));
  await writer.close();
  const { code, stdout } = await child.output();
  const output = new TextDecoder().decode(stdout);
  assertEquals(code, 0, output);
  return output;
}

Deno.test("deno task bench measures one case beside its baseline", async () => {
  assert(commands.includes("deno task bench"));
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", "bench", "--json", "sizes"],
    cwd: ROOT,
    stderr: "null",
  }).output();
  assert(success);
  const { figures } = parseJsonObject(new TextDecoder().decode(stdout));
  assert(Array.isArray(figures) && figures.length > 0);
});

Deno.test("README's figures are those of tests/bench/README.md", async () => {
  const bench = await Deno.readTextFile(new URL("tests/bench/README.md", ROOT));
  const figures = parseFigures(readme);
  assert(figures.length >= 20, `${figures.length} figures`);
  for (const figure of figures) assert(bench.includes(`| ${figure} `), figure);
});

Deno.test("README has examples, and names tasks and a version of Deno that there are", async () => {
  assert(examples.length >= 12, `${examples.length} examples`);
  assertEquals(parsePrograms(readme).length, 1);
  const config = parseJsonObject(await Deno.readTextFile(new URL("deno.json", ROOT)));
  const named = [...readme.matchAll(/(?:deno|deno@[\d.]+) task ([a-z:-]*[a-z])/g)].map(([, name]) =>
    name
  );
  assert(named.length >= 6);
  for (const name of named) assert(JSON.stringify(config.tasks).includes(`"${name}":`), name);
  for (const [, version] of readme.matchAll(/deno@([\d.]+)/g)) {
    assertEquals(version, Deno.version.deno);
  }
});

/** Where a tank has been, by all states that came. */
function placesOf(tankId: string, states: string): Set<string> {
  const place = new RegExp(`"tank_id":"${tankId}","x":[\\d.]+,"y":[\\d.]+`, "g");
  return new Set([...states.matchAll(place)].map(([text]) => text));
}

async function answers(dev: ReadmeDev, { command, answer }: Example): Promise<void> {
  const { output } = await dev.run(command);
  assert(answer !== undefined, "no answer beside it");
  assertMatch(output, patternOf(answer));
}

function isRun(command: string): boolean {
  return /^(?:echo|nc|curl) /.test(command) || command === "deno task bench" ||
    RUN.has(ARGUMENTS.get(command) ?? command);
}
