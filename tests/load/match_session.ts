import type { Clock } from "../../core/clock.ts";
import type { JsonObject } from "../../core/json.ts";
import type { Rng } from "../../core/rng.ts";
import { unreachable } from "../../core/unreachable.ts";
import type { ClientEvent } from "../../game/client/client_event.ts";
import { errorOfEnd, type MatchEnd } from "./error_reason.ts";
import { InputLoop } from "./input_loop.ts";
import { lastScores } from "./last_scores.ts";
import type { LoadTally } from "./load_tally.ts";
import type { PlayerClient } from "./player_client.ts";
import { type MatchMove, tryReadMove } from "./match_move.ts";
import type { PlayedMatch } from "./played_match.ts";
import { openDriver } from "./tank_driver.ts";

/** What a match is played with. */
export interface MatchSessionDeps {
  /** What is measured. */
  readonly tally: LoadTally;
  /** All time. */
  readonly clock: Clock;
  /** All chance of the player's doing. */
  readonly rng: Rng;
  /** How long the player stays, in milliseconds. */
  readonly playMs: number;
  /** Inputs that it means to give. */
  readonly inputsPerSecond: number;
  /** How long until it asks for a tank again, in milliseconds. */
  readonly roundMs: number;
  /** Told when it has its tank. */
  readonly onPlaying: () => void;
  /** Ends the stay in good order. */
  readonly leaving: AbortSignal;
  /** Ends it at once. */
  readonly abort: AbortSignal;
}

/** A code by which a gateway says that the match is nowhere to be found. */
const GATEWAY_MATCH_LOST = 4_404;

/** One player in one match: joins, gives inputs on time, measures what comes, leaves. */
export class MatchSession {
  readonly #opened: PlayerClient;
  readonly #deps: MatchSessionDeps;
  readonly #ended = Promise.withResolvers<void>();
  readonly #joinStartMs: number;
  #inputs: InputLoop | undefined;
  #cancelStay: () => void = () => {};
  #snapshotMs: number | undefined;
  #over: JsonObject | undefined;
  #movedTo: MatchMove | undefined;
  #isLeaving = false;
  #isCutOff = false;

  private constructor(opened: PlayerClient, deps: MatchSessionDeps) {
    this.#opened = opened;
    this.#deps = deps;
    this.#joinStartMs = deps.clock.monotonicMs();
  }

  /** Plays with a client that is connected, and closes it. */
  static async play(opened: PlayerClient, deps: MatchSessionDeps): Promise<PlayedMatch> {
    const session = new MatchSession(opened, deps);
    try {
      return await session.#play();
    } finally {
      session.#stopInputs();
      await opened.client.close();
    }
  }

  async #play(): Promise<PlayedMatch> {
    const { client } = this.#opened;
    const { leaving, abort } = this.#deps;
    const onLeaving = (): void => this.#leave();
    const onAbort = (): void => {
      this.#isCutOff = true;
      this.#ended.resolve();
    };
    client.on((event) => this.#onEvent(event));
    leaving.addEventListener("abort", onLeaving, { once: true });
    abort.addEventListener("abort", onAbort, { once: true });
    if (abort.aborted) onAbort();
    client.join();
    if (leaving.aborted) onLeaving();
    await this.#ended.promise;
    leaving.removeEventListener("abort", onLeaving);
    abort.removeEventListener("abort", onAbort);
    return this.#outcome();
  }

  #onEvent(event: ClientEvent): void {
    switch (event.kind) {
      case "state":
        if (event.state.kind === "playing") this.#onPlaying();
        else if (event.state.kind === "ended") this.#ended.resolve();
        return;
      case "input":
        return this.#inputs?.onNumbered(event.seq);
      case "snapshot":
        return this.#onSnapshot(event.tick);
      case "message":
        return this.#onMessage(event.message);
      case "moved":
        this.#movedTo = event.to;
        return;
      case "happened":
        return;
      default:
        return unreachable(event);
    }
  }

  #onPlaying(): void {
    // A tank that was found again goes on with what it had.
    if (this.#inputs !== undefined) return;
    const { tally, clock, rng, inputsPerSecond, playMs, onPlaying } = this.#deps;
    tally.count("joins");
    this.#measureJoin();
    const driver = openDriver(this.#opened.binary, rng);
    this.#inputs = new InputLoop({
      ...{ tally, clock, rng, inputsPerSecond },
      give: () => this.#opened.client.setInput(driver.next()),
    });
    this.#cancelStay = clock.after(playMs, () => this.#leave());
    onPlaying();
  }

  #onSnapshot(tick: number): void {
    const { tally, clock } = this.#deps;
    const { client, meter } = this.#opened;
    const nowMs = clock.monotonicMs();
    tally.count("snapshots");
    tally.measure("snapshot_bytes", meter.stateBytes);
    if (this.#snapshotMs !== undefined) tally.measure("snapshot_gap", nowMs - this.#snapshotMs);
    this.#snapshotMs = nowMs;
    const serverTick = this.#opened.serverTickAt(nowMs);
    if (serverTick !== undefined && client.match !== undefined) {
      tally.measure("snapshot_age", ((serverTick - tick) * 1_000) / client.match.tickRate);
    }
    this.#inputs?.onApplied(this.#opened.appliedSeq(), nowMs);
  }

  #onMessage(message: JsonObject): void {
    if (message.type === "match_over") this.#over = message;
    if (message.type !== "match_moved") return;
    this.#movedTo = tryReadMove(message);
    this.#ended.resolve();
  }

  #leave(): void {
    if (this.#isLeaving) return;
    this.#isLeaving = true;
    this.#stopInputs();
    this.#opened.client.leave();
  }

  #stopInputs(): void {
    this.#cancelStay();
    this.#inputs?.stop();
  }

  #outcome(): PlayedMatch {
    const { client, binary } = this.#opened;
    const hasPlayed = this.#inputs !== undefined;
    const end = this.#end();
    const error = this.#isCutOff
      ? "cut_off"
      : errorOfEnd(end, { hasPlayed, isLeaving: this.#isLeaving && hasPlayed });
    // Whoever got no answer has waited all the same.
    if (error === "join_no_answer") this.#measureJoin();
    return {
      matchId: hasPlayed ? client.match?.matchId : undefined,
      end,
      error,
      scores: lastScores({ over: this.#over, snapshot: binary?.snapshot, frame: client.frame }),
      movedTo: this.#movedTo,
    };
  }

  #end(): MatchEnd {
    const { client, closeCode } = this.#opened;
    if (this.#movedTo !== undefined) return "moved";
    if (this.#over !== undefined) return "match_over";
    if (closeCode() === GATEWAY_MATCH_LOST) return "match_lost";
    return client.state.kind === "ended" ? client.state.reason : "closed";
  }

  #measureJoin(): void {
    const { tally, clock, roundMs } = this.#deps;
    tally.measureRequest("join", clock.monotonicMs() - this.#joinStartMs, roundMs);
  }
}
