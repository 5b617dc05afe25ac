import type { LoadCommand, LoadOptions, LoadTarget } from "./load_options.ts";
import { LOAD_BOUNDS, LOAD_DEFAULTS } from "./load_options.ts";
import { OptionReader } from "./option_reader.ts";
import { parseSlos, SLO_NAMES } from "./slo.ts";
import { isLoopback } from "./remote_target.ts";
import { tryParseMix } from "./transport_mix.ts";

/** What the arguments ask for. */
export type LoadRequest =
  | { readonly kind: "help" }
  | { readonly kind: "run"; readonly command: LoadCommand }
  /** Nothing that can be done, with everything that is wrong. */
  | { readonly kind: "refused"; readonly problems: readonly string[] };

const MS_PER_S = 1_000;
const S_PER_MINUTE = 60;

/** How the program is used, for a person. */
export const LOAD_USAGE = `deno task load [options]

Bots register, log in, find a match, play, leave, think, and do it again until the time is over.
  --players N          at once, 1 to 5000; 20 by default
  --seconds N          how long, 1 to 7200; 30 by default; or --minutes N, up to 120
  --ramp-seconds N     over which they come; 5 by default
  --play-seconds N     in a match, give or take a quarter; 20 by default; 0: until it is over
  --think-ms N         between two matches, give or take a half; 1000 by default
  --inputs-per-second N  by each player, 1 to 30; 10 by default
  --transport MIX      udp (binary), json-udp, tcp, websocket; or a mix such as udp:50,websocket:30
  --join find|direct   with an account through the matchmaker, or as a guest at the game server
  --through auth|gateway  which way accounts and logins go
  --login round|once   before each match, or only when it must be
  --mode NAME          what is played
  --loss PERCENT, --delay-ms N, --jitter-ms N  the network of players on UDP, each way
  --processes N        that share the players; 1 by default
  --seed N             of all chance; 1 by default
  --gateway URL        http://127.0.0.1:8080 by default
  --auth HOST:PORT     127.0.0.1:8888 by default
  --game HOST:PORT     its datagrams, for --join direct; 127.0.0.1:9999 by default
  --game-tcp HOST:PORT its lines, for --transport tcp; 127.0.0.1:8889 by default
  --allow-remote       let it be another machine; the task's rights end at this one, see README
  --report FILE        a page with plots; under ./data
  --json FILE          the same for programs; under ./data, or - for standard output
  --slo TERMS          what must hold, such as input_to_state_p99_ms<80,errors_total<1
Ctrl-C ends it early: matches are left, and the report is made.
Ends with 0: all held; 1: an SLO was missed, or nobody could play; 2: the arguments are no good.
Names for --slo: ${SLO_NAMES.join(" ")}
`;

/** Reads the arguments. `runId` sets apart the accounts of this run. */
export function parseLoadArguments(args: readonly string[], runId: string): LoadRequest {
  if (args.includes("--help") || args.includes("-h")) return { kind: "help" };
  const reader = new OptionReader(args, ["--allow-remote"]);
  const load = readLoad(reader, runId);
  const reportPath = reader.text("--report");
  const jsonPath = reader.text("--json");
  const sloText = reader.text("--slo");
  const { slos, problems } = sloText === undefined
    ? { slos: [], problems: [] }
    : parseSlos(sloText);
  for (const problem of problems) reader.problem(`--slo cannot be used: ${problem}`);
  checkTogether(load, reader);
  const all = reader.finish();
  if (all.length > 0) return { kind: "refused", problems: all };
  return { kind: "run", command: { load, slos, reportPath, jsonPath } };
}

function readLoad(reader: OptionReader, runId: string): LoadOptions {
  const standard = LOAD_DEFAULTS;
  const bounds = LOAD_BOUNDS;
  const seconds = (name: string, fallbackMs: number, range: typeof bounds.seconds): number =>
    reader.number(name, fallbackMs / MS_PER_S, range) * MS_PER_S;
  return {
    players: reader.integer("--players", standard.players, bounds.players),
    durationMs: readDuration(reader),
    rampMs: reader.number("--ramp-seconds", standard.rampMs / MS_PER_S, bounds.rampSeconds) *
      MS_PER_S,
    playMs: reader.number("--play-seconds", standard.playMs / MS_PER_S, bounds.playSeconds) *
      MS_PER_S,
    thinkMs: reader.number("--think-ms", standard.thinkMs, bounds.thinkMs),
    inputsPerSecond: reader.integer(
      "--inputs-per-second",
      standard.inputsPerSecond,
      bounds.inputsPerSecond,
    ),
    processes: reader.integer("--processes", standard.processes, bounds.processes),
    mix: reader.parsed("--transport", standard.mix, {
      parse: tryParseMix,
      rule: "udp, json-udp, tcp, websocket, or a mix such as udp:50,tcp:10",
    }),
    link: {
      lossShare: reader.number("--loss", 0, bounds.lossPercent) / 100,
      delayMs: reader.number("--delay-ms", 0, bounds.delayMs),
      jitterMs: reader.number("--jitter-ms", 0, bounds.jitterMs),
    },
    seed: reader.integer("--seed", standard.seed, bounds.seed),
    mode: reader.text("--mode"),
    join: reader.choice("--join", standard.join, ["find", "direct"]),
    through: reader.choice("--through", standard.through, ["auth", "gateway"]),
    login: reader.choice("--login", standard.login, ["round", "once"]),
    targets: {
      gateway: reader.parsed("--gateway", standard.targets.gateway, {
        parse: tryParseGateway,
        rule: "an http or https address without a path",
      }),
      auth: readTarget(reader, "--auth", standard.targets.auth),
      game: readTarget(reader, "--game", standard.targets.game),
      gameTcp: readTarget(reader, "--game-tcp", standard.targets.gameTcp),
    },
    allowRemote: reader.flag("--allow-remote"),
    runId,
  };

  function readDuration(from: OptionReader): number {
    const inMinutes = from.text("--minutes");
    if (inMinutes === undefined) return seconds("--seconds", standard.durationMs, bounds.seconds);
    if (from.text("--seconds") !== undefined) {
      from.problem("--minutes and --seconds exclude one another");
    }
    return from.number("--minutes", 1, bounds.minutes) * S_PER_MINUTE * MS_PER_S;
  }
}

/** What each option by itself cannot know. */
function checkTogether(load: LoadOptions, reader: OptionReader): void {
  const { players, processes, rampMs, durationMs, join, mix, allowRemote, targets } = load;
  if (processes > players) {
    reader.problem(`--processes must be at most --players, ${players}, is ${processes}`);
  }
  if (rampMs > durationMs) {
    reader.problem(`--ramp-seconds must be within the time, ${durationMs / MS_PER_S} s`);
  }
  if (join === "direct" && mix.some(({ transport }) => transport === "websocket")) {
    reader.problem("--join direct cannot be used with websocket: a gateway lets no guests in");
  }
  if (allowRemote) return;
  const named = {
    "--gateway": new URL(targets.gateway).hostname,
    "--auth": targets.auth.hostname,
    "--game": targets.game.hostname,
    "--game-tcp": targets.gameTcp.hostname,
  };
  for (const [name, hostname] of Object.entries(named)) {
    if (isLoopback(hostname)) continue;
    reader.problem(
      `${name} must be on this machine unless --allow-remote is given, is ${hostname}`,
    );
  }
}

function readTarget(reader: OptionReader, name: string, fallback: LoadTarget): LoadTarget {
  return reader.parsed(name, fallback, { parse: tryParseTarget, rule: "host:port" });
}

function tryParseTarget(text: string): LoadTarget | undefined {
  const [, v6, name, portText] = /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:/[\]]+)):(\d{1,5})$/.exec(text) ??
    [];
  const hostname = v6 ?? name;
  const port = Number(portText);
  return hostname !== undefined && port >= 1 && port <= 65_535 ? { hostname, port } : undefined;
}

function tryParseGateway(text: string): string | undefined {
  const url = URL.parse(text);
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:")) return undefined;
  return url.pathname === "/" && url.search === "" && url.hash === "" && url.username === ""
    ? url.origin
    : undefined;
}
