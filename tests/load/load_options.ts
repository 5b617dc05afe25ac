import type { Slo } from "./slo.ts";
import type { TransportShare } from "./transport_mix.ts";

/** Where a service listens. */
export interface LoadTarget {
  /** An IP address or a name. */
  readonly hostname: string;
  /** 1..65535. */
  readonly port: number;
}

/** What is under load. */
export interface LoadTargets {
  /** The gateway's HTTP, without a slash at its end. */
  readonly gateway: string;
  /** Auth's lines. */
  readonly auth: LoadTarget;
  /** A game server's datagrams, for whoever joins without asking a matchmaker. */
  readonly game: LoadTarget;
  /** A game server's lines. */
  readonly gameTcp: LoadTarget;
}

/** How bad the network of players on UDP is, each way. */
export interface LoadLink {
  /** Share of datagrams that are lost, 0..0.9. */
  readonly lossShare: number;
  /** What each takes at least. */
  readonly delayMs: number;
  /** What each takes more, evenly spread from 0. */
  readonly jitterMs: number;
}

/** A load: how many play what, how, for how long. */
export interface LoadOptions {
  /** Players at once, {@linkcode LOAD_BOUNDS}. */
  readonly players: number;
  /** From the start until nobody begins anything new. */
  readonly durationMs: number;
  /** Over which the players come, evenly. */
  readonly rampMs: number;
  /** How long a player stays in a match, give or take a quarter; 0: until it is over. */
  readonly playMs: number;
  /** From the end of one round to the next, give or take a half. */
  readonly thinkMs: number;
  /** Inputs a second that each player means to give. */
  readonly inputsPerSecond: number;
  /** Processes that share the players. */
  readonly processes: number;
  /** Who speaks what. */
  readonly mix: readonly TransportShare[];
  /** The network of players on UDP. */
  readonly link: LoadLink;
  /** All of chance: think times, how long they stay, how they drive, what the network loses. */
  readonly seed: number;
  /** The mode to play; the server's default if undefined. */
  readonly mode: string | undefined;
  /** `find`: an account, a login, and a match that the matchmaker finds; `direct`: a guest at the game server. */
  readonly join: "find" | "direct";
  /** Which way accounts and logins go. */
  readonly through: "auth" | "gateway";
  /** Whether each round begins with a login, or only the first and whenever the token is too old. */
  readonly login: "round" | "once";
  /** What is under load. */
  readonly targets: LoadTargets;
  /** Whether anything but this machine may be under load. */
  readonly allowRemote: boolean;
  /** Sets the accounts of this run apart from those of others: 1..12 of a-z and 0-9. */
  readonly runId: string;
}

/** What the program is asked for. */
export interface LoadCommand {
  /** What to do. */
  readonly load: LoadOptions;
  /** What must hold. */
  readonly slos: readonly Slo[];
  /** Where the page goes; undefined: nowhere. */
  readonly reportPath: string | undefined;
  /** Where the result goes for programs; undefined: nowhere. */
  readonly jsonPath: string | undefined;
}

/** What the numbers of a load may be. */
export const LOAD_BOUNDS = {
  players: { min: 1, max: 5_000 },
  minutes: { min: 0.02, max: 120 },
  seconds: { min: 1, max: 7_200 },
  rampSeconds: { min: 0, max: 3_600 },
  playSeconds: { min: 0, max: 3_600 },
  thinkMs: { min: 0, max: 600_000 },
  inputsPerSecond: { min: 1, max: 30 },
  processes: { min: 1, max: 64 },
  lossPercent: { min: 0, max: 90 },
  delayMs: { min: 0, max: 5_000 },
  jitterMs: { min: 0, max: 5_000 },
  seed: { min: 0, max: 0xffff_ffff },
} as const;

/** What a load is where nobody says otherwise, but for its run's id. */
export const LOAD_DEFAULTS: Omit<LoadOptions, "runId"> = {
  players: 20,
  durationMs: 30_000,
  rampMs: 5_000,
  playMs: 20_000,
  thinkMs: 1_000,
  inputsPerSecond: 10,
  processes: 1,
  mix: [{ transport: "udp", weight: 1 }],
  link: { lossShare: 0, delayMs: 0, jitterMs: 0 },
  seed: 1,
  mode: undefined,
  join: "find",
  through: "auth",
  login: "round",
  targets: {
    gateway: "http://127.0.0.1:8080",
    auth: { hostname: "127.0.0.1", port: 8_888 },
    game: { hostname: "127.0.0.1", port: 9_999 },
    gameTcp: { hostname: "127.0.0.1", port: 8_889 },
  },
  allowRemote: false,
};

/** A stay until the match is over is taken to last so long where it matters how long. */
export const WHOLE_MATCH_MS = 300_000;

/** How long a player's round is meant to take: after that everything in it is due again. */
export function roundMsOf({ playMs, thinkMs }: LoadOptions): number {
  return (playMs || WHOLE_MATCH_MS) + thinkMs;
}
