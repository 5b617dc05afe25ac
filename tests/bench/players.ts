import { ServiceProcess } from "../fuzz/service_process.ts";
import { type JoinedPlayer, joinGuest } from "./binary_join.ts";
import { buildC } from "./build_c.ts";
import { type Figure, figureOf, type Skipped } from "./figure.ts";
import { canPin, isThere, LOAD_CPU, Program, scriptWords, SERVER_CPU } from "./program.ts";
import { measurePacedEcho } from "./paced_echo.ts";
import { judgePlay, PLAYED_RATE, PLAYED_S, type PlayersResult } from "./played.ts";
import { serviceEnv } from "./service_env.ts";

const WARM_UP_S = 8;
/** Joins under way at once. */
const JOINS = 16;
/** The counts that are tried: ever more by a quarter, until one is too many. */
const FIRST_COUNT = 800;
const GROWTH = 1.25;
const COUNT_MAX = 12_000;

type Backend = "mmsg" | "datagram";

/**
 * How many players one server on one core serves: 30 inputs and 30 snapshots a second each, in matches of
 * ten, with the tick's p99 within 16.7 ms, no tick lost and fewer than 0.1 % of the inputs. Beside it the
 * players that a bare echo would serve, datagrams coming to it in the same way. Then the time from an input to the snapshot
 * that shows it, at half of that, on a perfect network and on bad ones.
 */
export async function measurePlayers(dataDir: string): Promise<Figure[] | Skipped> {
  if (!await isThere("cc")) return { name: "Players on a core", reason: "there is no C compiler" };
  const load = await buildC("binary_load", dataDir);
  const echoLoad = await buildC("udp_paced_load", dataDir);
  const echo: Readonly<Record<Backend, readonly string[]>> = {
    mmsg: [await buildC("udp_echo", dataDir)],
    datagram: scriptWords("udp_echo.ts", "bare"),
  };
  const figures: Figure[] = [];
  for (const backend of ["mmsg", "datagram"] as const) {
    const folder = `${dataDir}/players-${backend}`;
    const bare = await measurePacedEcho(echo[backend], { load: echoLoad, rate: PLAYED_RATE });
    const { count, notes } = await findMost({ load, backend, folder });
    figures.push(figureOf({
      name: `Players on a core, ${backend}`,
      unit: "players",
      baseline: backend === "mmsg" ? "C echo, recvmmsg" : "bare listenDatagram echo",
      notes: [
        ...notes,
        `aim: ${backend === "mmsg" ? 4_000 : 2_000} players`,
        `the baseline by processor time: ${bare.echoUs.toFixed(2)} us for an echo`,
        canPin ? "server and load on a core each" : "not pinned",
      ],
    }, [{ value: count, baseline: bare.players }]));
    if (backend === "mmsg") figures.push(await measureLatency({ load, backend, folder, count }));
  }
  return figures;
}

interface Load {
  readonly load: string;
  readonly backend: Backend;
  readonly folder: string;
}

async function findMost(load: Load): Promise<{ readonly count: number; readonly notes: string[] }> {
  const notes: string[] = [];
  let most = 0;
  for (let count = FIRST_COUNT; count <= COUNT_MAX; count = Math.round(count * GROWTH / 50) * 50) {
    // Once more before giving up: on a shared machine one round may have been disturbed.
    let result = await play(load, { count, lossPerMille: 0 });
    notes.push(result.text);
    if (!result.isServed) {
      result = await play(load, { count, lossPerMille: 0 });
      notes.push(result.text);
    }
    if (!result.isServed) break;
    most = count;
  }
  return { count: most, notes };
}

async function measureLatency(load: Load & { readonly count: number }): Promise<Figure> {
  const count = Math.round(load.count / 2);
  const rounds = [];
  const notes: string[] = [];
  for (const lossPerMille of [0, 20, 50]) {
    const { latencyMs: [p50, p99], text } = await play(load, { count, lossPerMille });
    notes.push(`${lossPerMille / 10} % loss each way: p50 ${p50} ms, p99 ${p99} ms; ${text}`);
    // An input waits half a tick for its turn at least, and a snapshot goes out with the tick.
    rounds.push({ value: p50, baseline: 1_000 / PLAYED_RATE / 2 });
  }
  return figureOf({
    name: "Input to snapshot at half of that, p50",
    unit: "ms",
    baseline: "half a tick",
    lowerIsBetter: true,
    notes,
  }, rounds.slice(0, 1));
}

/** Has so many players play, on a server of their own. */
export async function play(
  { load, backend, folder }: Load,
  { count, lossPerMille }: { readonly count: number; readonly lossPerMille: number },
): Promise<PlayersResult> {
  await using server = await ServiceProcess.start({
    script: "game/main.ts",
    env: {
      ...serviceEnv(`${folder}-${count}-${lossPerMille}-${crypto.randomUUID().slice(0, 8)}`),
      GAME_UDP_BACKEND: backend,
      GAME_TANKS_MAX: "20000",
      GAME_SESSIONS_MAX: "2000",
      GAME_STRANGER_REPLIES_PER_SECOND: "100000",
    },
    awaited: ["game udp", "game ops"],
    ...(SERVER_CPU !== undefined && { cpu: SERVER_CPU }),
  });
  const address = server.address("game", "udp");
  const players = await joinAll(address, count);
  for (const player of players) player.release();
  const lines = players.map(({ port, connectionId, sendKey, receiveKey }) =>
    `${port} ${connectionId} ${sendKey.toHex()} ${receiveKey.toHex()} 0\n`
  );
  const args = [address.hostname, address.port, PLAYED_RATE, WARM_UP_S, PLAYED_S, lossPerMille];
  const program = new Program([load, ...args.map(String)], LOAD_CPU, lines.join(""));
  try {
    await program.untilLine("playing");
    await program.untilLine("measuring");
    const before = await server.metrics("game");
    const cpuBefore = await server.cpuSeconds() ?? NaN;
    const result = await program.result();
    const cpuShare = (await server.cpuSeconds() ?? NaN) - cpuBefore;
    const after = await server.metrics("game");
    return judgePlay(result, { before, after, count, cpuShare: cpuShare / PLAYED_S });
  } finally {
    await program.kill();
  }
}

async function joinAll(
  address: { readonly hostname: string; readonly port: number },
  count: number,
): Promise<JoinedPlayer[]> {
  const players: JoinedPlayer[] = [];
  let next = 0;
  await Promise.all(Array.from({ length: JOINS }, async () => {
    while (next < count) players.push(await joinGuest(address, `b${next++}`, "team"));
  }));
  return players;
}
