import { type Address, ServiceProcess } from "../fuzz/service_process.ts";
import { growthOf } from "../fuzz/tally.ts";
import { type Figure, figureOf, type Round } from "./figure.ts";
import { canPin, delay, LOAD_CPU, numberOf, Program, SERVER_CPU } from "./program.ts";
import { buildSender } from "./sender.ts";
import { serviceEnv } from "./service_env.ts";
import { Watcher } from "./watcher.ts";

/** Rounds that nothing disturbs, and rounds in all: on a busy machine there may be no such. */
const ROUNDS_WANTED = 3;
const ROUNDS_MAX = 7;
/** The share of its core that a server must have had, in a round that nothing disturbs. */
const CORE_SHARE_MIN = 0.93;
const WARM_UP_MS = 1_200;
const MEASURED_MS = 2_000;
const LOAD_S = (WARM_UP_MS + MEASURED_MS + 1_000) / 1_000;
/** With the one who watches, a full match. */
const SENDING_PLAYERS = 9;
const COUNTER = "total_datagrams_received_game";
const DROPPED = ["too_large", "source_rate", "inbound_full"]
  .map((reason) => `game_drops_total{reason="${reason}"}`);

/** What the load on one side of a round gave. */
interface LoadResult {
  readonly perSecond: number;
  /** By second of the server's processor time; NaN where the system does not say. */
  readonly perCpuSecond: number;
  readonly sentPerSecond: number;
}

/** What one side of a round gave. */
interface Measurement extends LoadResult {
  /** Datagrams that came to nothing, by reason, as text; empty where there was none. */
  readonly drops: string;
  /** Tanks seen in motion while it was measured. */
  readonly tanksMoved: number;
}

/**
 * JSON moves that a game server handles a second by UDP, in a full match with its ticks and states,
 * beside a loop that only receives; the two in turn, under one load that neither can keep up with.
 * Once by the clock, and once by the time that the server had the processor. A round in which others
 * took a part of the server's core is left out, unless there are only such.
 */
export async function measureMoves(dataDir: string): Promise<Figure[]> {
  const sender = await buildSender(dataDir);
  const rounds: MovesRound[] = [];
  while (rounds.length < ROUNDS_MAX && rounds.filter(isUndisturbed).length < ROUNDS_WANTED) {
    const moves = await measureServer(sender.words, `${dataDir}/moves-${rounds.length}`);
    rounds.push({ moves, bare: await measureBare(sender.words) });
  }
  const undisturbed = rounds.filter(isUndisturbed);
  const counted = undisturbed.length > 0 ? undisturbed : rounds;
  const notes = [
    ...rounds.map(noteOf),
    ...disturbanceNote(undisturbed.length, rounds.length),
    `sender: ${sender.name}; ${canPin ? "server and sender on a core each" : "not pinned"}`,
  ];
  const text = { baseline: "bare receive() loop", aim: 0.75 };
  return [
    figureOf(
      { ...text, name: "JSON moves handled over UDP", unit: "moves/s", notes },
      counted.map(byClock),
    ),
    figureOf({
      ...text,
      name: "The same by processor time",
      unit: "moves/CPU s",
      notes: [],
    }, counted.map(byProcessor)),
  ];
}

/** The server and the bare loop, one after the other. */
interface MovesRound {
  readonly moves: Measurement;
  readonly bare: Measurement;
}

function isUndisturbed({ moves, bare }: MovesRound): boolean {
  // NaN, where the system does not say, is not below.
  return ![moves, bare].some((side) => coreShare(side) < CORE_SHARE_MIN);
}

function disturbanceNote(undisturbedCount: number, roundCount: number): string[] {
  if (undisturbedCount === roundCount) return [];
  return undisturbedCount > 0
    ? [`${undisturbedCount} of ${roundCount} rounds count: in the rest others took part of a core`]
    : ["others took part of a core in every round: the figures are worth little"];
}

function byClock({ moves, bare }: MovesRound): Round {
  return { value: moves.perSecond, baseline: bare.perSecond };
}

function byProcessor({ moves, bare }: MovesRound): Round {
  return { value: moves.perCpuSecond, baseline: bare.perCpuSecond };
}

/** How much of a core the server had: processor time by time. */
function coreShare({ perSecond, perCpuSecond }: Measurement): number {
  return perSecond / perCpuSecond;
}

function noteOf({ moves, bare }: MovesRound, round: number): string {
  const thousands = (value: number): string => `${(value / 1_000).toFixed(1)} k/s`;
  const side = (measured: Measurement): string => {
    const { perSecond, sentPerSecond } = measured;
    // A server that takes nearly all that is sent might have taken more.
    const limit = perSecond > 0.97 * sentPerSecond ? " (the sender is the limit)" : "";
    return `${thousands(perSecond)} of ${thousands(sentPerSecond)} sent, ` +
      `with ${Math.round(100 * coreShare(measured))} % of a core${limit}`;
  };
  return `round ${round + 1}: ${side(moves)}, bare ${side(bare)}; ` +
    `${moves.tanksMoved} tanks in motion; drops: ${moves.drops || "none"}`;
}

async function measureServer(sender: readonly string[], dataDir: string): Promise<Measurement> {
  await using server = await ServiceProcess.start({
    script: "game/main.ts",
    env: serviceEnv(dataDir),
    awaited: ["game udp", "game ops"],
    ...(SERVER_CPU !== undefined && { cpu: SERVER_CPU }),
  });
  const address = server.address("game", "udp");
  const watcher = await Watcher.join(address);
  try {
    const before = await server.metrics("game");
    const measured = await underLoad(sender, { address, joins: true, server, name: "game" });
    const after = await server.metrics("game");
    const drops = growthOf("game_drops_total", before, after).entries;
    const text = Object.entries(drops).map(([reason, dropped]) => `${reason} ${dropped}`).join(
      ", ",
    );
    return { ...measured, drops: text, tanksMoved: watcher.tanksMoved };
  } finally {
    await watcher.close();
  }
}

async function measureBare(sender: readonly string[]): Promise<Measurement> {
  await using server = await ServiceProcess.start({
    script: "tests/bench/bare_receive.ts",
    awaited: ["bare ops", "bare udp"],
    ...(SERVER_CPU !== undefined && { cpu: SERVER_CPU }),
  });
  const address = server.address("bare", "udp");
  const measured = await underLoad(sender, { address, joins: false, server, name: "bare" });
  return { ...measured, drops: "", tanksMoved: 0 };
}

/** How much a count grows a second while the sender sends. */
async function underLoad(
  sender: readonly string[],
  target: {
    readonly address: Address;
    readonly joins: boolean;
    readonly server: ServiceProcess;
    readonly name: string;
  },
): Promise<LoadResult> {
  const { address: { hostname, port }, joins, server, name } = target;
  const args = [hostname, port, SENDING_PLAYERS, LOAD_S, joins ? 1 : 0].map(String);
  const program = new Program([...sender, ...args], LOAD_CPU);
  try {
    await program.untilLine("sending");
    await delay(WARM_UP_MS);
    const start = await look(server, name);
    await delay(MEASURED_MS);
    const end = await look(server, name);
    const result = await program.result();
    return {
      perSecond: (end.count - start.count) / (end.atS - start.atS),
      perCpuSecond: (end.count - start.count) / (end.cpuS - start.cpuS),
      sentPerSecond: numberOf(result, "sent") / numberOf(result, "seconds"),
    };
  } finally {
    await program.kill();
  }
}

async function look(
  server: ServiceProcess,
  name: string,
): Promise<{ readonly count: number; readonly atS: number; readonly cpuS: number }> {
  const metrics = await server.metrics(name);
  // What the socket's thread drops is received, and not handled.
  const dropped = DROPPED.reduce((sum, counter) => sum + (metrics.get(counter) ?? 0), 0);
  const count = (metrics.get(COUNTER) ?? NaN) - dropped;
  return { count, atS: performance.now() / 1_000, cpuS: await server.cpuSeconds() ?? NaN };
}
