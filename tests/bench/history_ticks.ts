/**
 * A game server, busy: `history_ticks.ts <folder> <rounds>` prints what a tick takes while
 * the embedded event log is written and while it is not, in turn.
 *
 * @module
 */
import { openPorts } from "../../core/adapters/open.ts";
import { EMBEDDED_PORTS } from "../../core/adapters/ports_config.ts";
import { Health } from "../../core/health.ts";
import { systemClock } from "../../core/clock.ts";
import { silentLog } from "../../core/log.ts";
import { Metrics, type ValueHistogram } from "../../core/metrics.ts";
import { EventWriter } from "../../core/protocol/event_envelope.ts";
import { parseGameConfig } from "../../game/config.ts";
import { GAME_PORTS, startGame } from "../../game/service.ts";
import { scrape } from "../clients/scrape.ts";
import { percentile } from "./figure.ts";
import { delay } from "./program.ts";
import { serviceEnv } from "./service_env.ts";

/** 20 matches of the default mode. */
const PLAYERS = 200;
/** Everybody turns, aims anew and fires so often. */
const INPUT_PERIOD_MS = 100;
/** In so many of them everybody asks once for a tank, which most have already. */
const JOIN_TURNS = 20;
const WARM_UP_MS = 4_000;
/** On for so long, then off, and again. */
const SLICE_MS = 2_000;
const SLICES_PER_ROUND = 5;
/** At the start of a slice, which what the slice before left to be done would be counted in. */
const SKIPPED_MS = 300;

/** Durations of ticks, and how late parts of them began; in milliseconds. */
type Samples = Record<"on" | "off" | "on_late" | "off_late", number[]>;

const encoder = new TextEncoder();
const [dataDir = "", roundsText = "1"] = Deno.args;
let samples: Samples = { on: [], off: [], on_late: [], off_late: [] };
let tickCount = { all: 0, on: 0 };
let eventCount = 0;
let isOn = true;
let isCounting = false;

/** Hands on how long each tick took. */
class TickMetrics extends Metrics {
  override histogram(...args: Parameters<Metrics["histogram"]>): ValueHistogram {
    const histogram = super.histogram(...args);
    const isDuration = args[0].name === "game_tick_duration_seconds";
    if (!isDuration && args[0].name !== "game_tick_lateness_seconds") return histogram;
    return {
      observe: (valueS) => {
        histogram.observe(valueS);
        if (!isCounting) return;
        samples[`${isOn ? "on" : "off"}${isDuration ? "" : "_late"}`].push(valueS * 1_000);
        if (!isDuration) return;
        tickCount = { all: tickCount.all + 1, on: tickCount.on + Number(isOn) };
      },
    };
  }
}

// Off means that not even the envelope is made.
const write = EventWriter.prototype.write;
EventWriter.prototype.write = function (
  this: EventWriter,
  ...args: Parameters<typeof write>
): void {
  if (isOn && isCounting) eventCount++;
  if (isOn) write.apply(this, args);
};

const context = {
  log: silentLog,
  clock: systemClock,
  metrics: new TickMetrics({ process: false }),
  health: new Health(),
};
const ports = await openPorts(
  GAME_PORTS,
  { dataDir, alone: false, clientId: "bench", config: EMBEDDED_PORTS },
  context,
);
const env = new Map(Object.entries(serviceEnv(dataDir)));
const game = await startGame(parseGameConfig(env), { ...context, ...ports });
// Never read: what the server sends to it costs the server all the same.
const socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
const stopPlaying = startPlaying();
await delay(WARM_UP_MS);
const rounds: Record<string, number>[] = [];
for (let round = 0; round < Number(roundsText); round++) rounds.push(await measureRound());
const gauges = await scrape(game.addresses.ops);
stopPlaying();
socket.close();
await game.close();
await ports.closePorts();
const result = {
  players: gauges.get("game_players_count"),
  matches: gauges.get("active_sessions_game"),
  ticks: tickCount.all,
  ticks_on: tickCount.on,
  events: eventCount,
  rounds,
};
Deno.stdout.writeSync(new TextEncoder().encode(`${JSON.stringify(result)}\n`));

async function measureRound(): Promise<Record<string, number>> {
  samples = { on: [], off: [], on_late: [], off_late: [] };
  for (let slice = 0; slice < 2 * SLICES_PER_ROUND; slice++) {
    isOn = slice % 2 === 0;
    await delay(SKIPPED_MS);
    isCounting = true;
    await delay(SLICE_MS - SKIPPED_MS);
    isCounting = false;
  }
  return {
    p99_on_ms: percentile(samples.on, 0.99),
    p99_off_ms: percentile(samples.off, 0.99),
    p50_on_ms: percentile(samples.on, 0.5),
    p50_off_ms: percentile(samples.off, 0.5),
    late_on_ms: percentile(samples.on_late, 0.99),
    late_off_ms: percentile(samples.off_late, 0.99),
  };
}

/** Has everybody in a match, and busy there, until it is told to stop. */
function startPlaying(): () => void {
  let turn = 0;
  return systemClock.every(INPUT_PERIOD_MS, () => {
    turn++;
    for (let index = 0; index < PLAYERS; index++) {
      // Whoever's match is over joins another; a few at a time.
      if (index % JOIN_TURNS === turn % JOIN_TURNS) join(index);
      publishInput(index, turn);
    }
  });
}

function join(index: number): void {
  const request = JSON.stringify({ action: "join_game", player_id: `p${index}` });
  const { hostname, port } = game.addresses.udp;
  // A send fails only once the socket is closed.
  socket.send(encoder.encode(request), { transport: "udp", hostname, port }).catch(() => {});
}

/** By way of the queue inside this process, so that no socket is measured. */
function publishInput(index: number, seq: number): void {
  const input = {
    seq,
    throttle: 1 - (seq + index * 5) % 20 / 10,
    turn: (seq * 3 + index * 7) % 21 / 10 - 1,
    turret: (seq * 97 + index * 31) % 628 / 100,
    fire: true,
  };
  // It would be refused only if nobody took from it any more.
  ports.workQueue
    .publish("player_commands", { player_id: `p${index}`, command: "input", details: input })
    .catch(() => {});
}
