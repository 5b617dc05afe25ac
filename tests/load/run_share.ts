import type { Clock } from "../../core/clock.ts";
import { Rng } from "../../core/rng.ts";
import { GatewayRest } from "./gateway_rest.ts";
import { LEDGER_MATCHES_MAX, LEDGER_PLAYER_MATCHES_MAX, type LedgerPlayer } from "./ledger.ts";
import { LineAccounts } from "./line_accounts.ts";
import type { LoadAccounts } from "./load_accounts.ts";
import { type LoadOptions, roundMsOf } from "./load_options.ts";
import { LoadPlayer } from "./load_player.ts";
import { LoadTally } from "./load_tally.ts";
import { assignTransports } from "./transport_mix.ts";

/** What was measured is told so often, in milliseconds. */
export const INTERVAL_MS = 1_000;
/** When the time is over, what is under way has this long to end in good order. */
export const DRAIN_MS = 10_000;

/** Which of the players of a load. */
export interface LoadShare {
  /** The number of the share, from 0. */
  readonly index: number;
  /** How many shares there are. */
  readonly count: number;
}

/** What a share runs with. */
export interface LoadShareDeps {
  /** All time. */
  readonly clock: Clock;
  /** Ends it early, in good order. */
  readonly signal: AbortSignal;
  /** Told of what was measured in an interval, by its number; the tally is used again afterwards. */
  readonly onInterval: (index: number, tally: LoadTally) => void;
  /** Told of a fault of the load generator's own. */
  readonly onFault: (error: unknown) => void;
}

/** Has a share of a load's players play in this process, and gives what became of each. */
export async function runShare(
  options: LoadOptions,
  share: LoadShare,
  deps: LoadShareDeps,
): Promise<LedgerPlayer[]> {
  const { clock, signal, onInterval } = deps;
  const tally = new LoadTally();
  const stop = new AbortController();
  const abort = new AbortController();
  const players = openPlayers(options, share, { ...deps, tally, stop, abort });
  const startMs = clock.monotonicMs();
  const end = (): void => stop.abort(new Error("The load is over"));
  const cancels = [clock.after(options.durationMs, end)];
  signal.addEventListener("abort", end, { once: true });
  stop.signal.addEventListener("abort", () => {
    cancels.push(clock.after(DRAIN_MS, () => abort.abort(new Error("The load is cut off"))));
  }, { once: true });
  if (signal.aborted) end();
  let told = 0;
  const tell = (): void => {
    // Where this process stood still, what it measured then counts as of the last of those intervals.
    const passed = Math.floor((clock.monotonicMs() - startMs) / INTERVAL_MS);
    told = Math.max(told + 1, passed);
    onInterval(told - 1, tally);
    tally.startAnew();
  };
  cancels.push(clock.every(INTERVAL_MS, tell));
  await Promise.all(players.map((player) => player.run()));
  for (const cancel of cancels) cancel();
  signal.removeEventListener("abort", end);
  tell();
  return players.map(({ ledger }) => ledger);
}

function openPlayers(
  options: LoadOptions,
  share: LoadShare,
  deps: LoadShareDeps & {
    readonly tally: LoadTally;
    readonly stop: AbortController;
    readonly abort: AbortController;
  },
): LoadPlayer[] {
  const { clock, tally, stop, abort, onFault } = deps;
  const { targets, through, players, mix, seed } = options;
  const rest = new GatewayRest(targets.gateway);
  const onConnected = (tookMs: number): void =>
    tally.measureRequest("connect", tookMs, roundMsOf(options));
  const accounts: LoadAccounts = through === "gateway"
    ? rest
    : new LineAccounts({ target: targets.auth, clock, onConnected });
  const ownCount = Math.ceil(players / share.count);
  const ledgerMatchesMax = Math.min(
    LEDGER_PLAYER_MATCHES_MAX,
    Math.floor(LEDGER_MATCHES_MAX / ownCount),
  );
  const seeds = new Rng(seed);
  return assignTransports(mix, players).flatMap((transport, index) => {
    // Drawn for everybody, so that a player does the same whatever process it is in.
    const rng = new Rng(seeds.nextU32());
    if (index % share.count !== share.index) return [];
    return [
      new LoadPlayer({
        ...{ options, index, transport, tally, clock, rng, accounts, rest, ledgerMatchesMax },
        ...{ onFault, stop: stop.signal, abort: abort.signal },
      }),
    ];
  });
}
