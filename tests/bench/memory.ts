import { ServiceProcess } from "../fuzz/service_process.ts";
import { type JoinedPlayer, joinGuest } from "./binary_join.ts";
import { buildC } from "./build_c.ts";
import { type Figure, figureOf, type Skipped } from "./figure.ts";
import { type MemorySample, memorySlope } from "./memory_slope.ts";
import { isThere, LOAD_CPU, Program } from "./program.ts";
import { serviceEnv } from "./service_env.ts";

const PLAYERS = 500;
/** Joins under way at once. */
const JOINS = 16;
const INPUTS_PER_SECOND = 30;
/** How long everybody of a round plays, in seconds. */
const ROUND_S = 20;
const WARM_UP_S = 1;
/** Players who are silent so long are let go, and their matches with them. */
const SILENCE_MS = 3_000;
/** Until a round's players and matches are gone, and what they leave has been written. */
const AFTER_ROUND_MS = 8_000;
/** Rounds before memory may be called flat: code is compiled and pools are filled in them. */
const ROUNDS_TO_SETTLE = 4;

/**
 * Memory of a game server for each player who has joined and is silent, and for each who plays; then
 * rounds of players who come, play and leave, for so many minutes: what grows in them never stops.
 */
export async function measureMemory(
  dataDir: string,
  soakMinutes: number,
): Promise<Figure[] | Skipped> {
  if (!await isThere("cc")) return { name: "Memory", reason: "there is no C compiler" };
  const load = await buildC("binary_load", dataDir);
  await using server = await startServer(`${dataDir}/memory`);
  await server.collectGarbage();
  const empty = await residentBytes(server);
  const joined = await joinAll(server);
  await server.collectGarbage();
  const idle = await residentBytes(server);
  const playing = await playAll(server, load, joined);
  const first = figureOf({
    name: "Memory of a player who plays",
    unit: "bytes",
    baseline: "who has joined and is silent",
    notes: [`${PLAYERS} players in tens; the empty server has ${megabytes(empty)}`],
  }, [{ value: (playing - empty) / PLAYERS, baseline: (idle - empty) / PLAYERS }]);
  return [first, ...await soak(server, load, soakMinutes)];
}

async function soak(server: ServiceProcess, load: string, minutes: number): Promise<Figure[]> {
  const startMs = performance.now();
  const heap: MemorySample[] = [];
  const resident: MemorySample[] = [];
  await after(AFTER_ROUND_MS);
  while (performance.now() - startMs < minutes * 60_000 || heap.length <= ROUNDS_TO_SETTLE) {
    await playAll(server, load, await joinAll(server));
    await after(AFTER_ROUND_MS);
    const bytes = await server.collectGarbage();
    const atMs = performance.now() - startMs;
    heap.push({ atMs, bytes });
    resident.push({ atMs, bytes: await residentBytes(server) });
  }
  return [
    growth("Heap in use after rounds of players", heap),
    growth("Resident memory after rounds of players", resident),
  ];
}

/** How a kind of memory has grown since the first rounds. */
function growth(name: string, samples: readonly MemorySample[]): Figure {
  const { perHour, first, last } = memorySlope(samples.slice(ROUNDS_TO_SETTLE - 1));
  const minutes = ((samples.at(-1)?.atMs ?? 0) / 60_000).toFixed(1);
  return figureOf({
    name,
    unit: "bytes",
    baseline: `after round ${ROUNDS_TO_SETTLE}`,
    lowerIsBetter: true,
    aim: 1.05,
    notes: [
      `${samples.length} rounds of ${PLAYERS} players and ${ROUND_S} s in ${minutes} minutes: ` +
      samples.map(({ bytes }) => megabytes(bytes)).join(", "),
      `the line through those from round ${ROUNDS_TO_SETTLE} on grows by ` +
      `${megabytes(perHour)} an hour`,
    ],
  }, [{ value: last, baseline: first }]);
}

function startServer(dataDir: string): Promise<ServiceProcess> {
  return ServiceProcess.start({
    script: "game/main.ts",
    env: {
      ...serviceEnv(dataDir),
      GAME_SILENCE_MS: String(SILENCE_MS),
      GAME_RESUME_MS: String(SILENCE_MS),
      GAME_EMPTY_SESSION_MS: String(SILENCE_MS),
      GAME_STRANGER_REPLIES_PER_SECOND: "100000",
    },
    awaited: ["game udp", "game ops"],
    collectable: true,
  });
}

/** Has everybody who has joined play; gives the memory at the end, with everybody still there. */
async function playAll(
  server: ServiceProcess,
  load: string,
  players: readonly JoinedPlayer[],
): Promise<number> {
  const { hostname, port } = server.address("game", "udp");
  for (const player of players) player.release();
  const lines = players.map((player) =>
    `${player.port} ${player.connectionId} ${player.sendKey.toHex()} ${player.receiveKey.toHex()} 0\n`
  );
  const args = [hostname, port, INPUTS_PER_SECOND, WARM_UP_S, ROUND_S, 0];
  const program = new Program([load, ...args.map(String)], LOAD_CPU, lines.join(""));
  try {
    await program.result();
  } finally {
    await program.kill();
  }
  await server.collectGarbage();
  return await residentBytes(server);
}

async function joinAll(server: ServiceProcess): Promise<JoinedPlayer[]> {
  const address = server.address("game", "udp");
  const players: JoinedPlayer[] = [];
  let next = 0;
  await Promise.all(Array.from({ length: JOINS }, async () => {
    while (next < PLAYERS) players.push(await joinGuest(address, `m${next++}`, "team"));
  }));
  return players;
}

async function residentBytes(server: ServiceProcess): Promise<number> {
  return await server.residentBytes() ?? NaN;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_048_576).toFixed(1)} MiB`;
}

function after(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
