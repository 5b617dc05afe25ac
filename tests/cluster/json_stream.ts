import { systemClock } from "../../core/clock.ts";
import { type JsonObject, tryJsonObject } from "../../core/json.ts";
import { JsonStates } from "../../game/client/json_states.ts";
import { type MatchResult, type SeatEnd, type SeatListener, SILENCE_MS } from "./match_seat.ts";

/** What JSON messages say of one match, whatever brings them: states, its end, and silence. */
export class JsonStream {
  readonly #listener: SeatListener;
  readonly #states = new JsonStates();
  readonly #ended = Promise.withResolvers<SeatEnd>();
  #heardMs = systemClock.monotonicMs();
  #tick: number | undefined;

  /** Has heard nothing yet. */
  constructor(listener: SeatListener) {
    this.#listener = listener;
  }

  /** Settles once, with whatever ended it first. */
  get ended(): Promise<SeatEnd> {
    return this.#ended.promise;
  }

  /** The tick of the newest state, to be acknowledged; undefined before the first. */
  get tick(): number | undefined {
    return this.#tick;
  }

  /** Takes a message; whether it was one that this knows. */
  take(message: JsonObject): boolean {
    this.#heardMs = systemClock.monotonicMs();
    const type = typeof message.type === "string" ? message.type.toLowerCase() : "";
    if (type === "match_over") {
      this.end({ kind: "over", result: resultOf(message) });
      return true;
    }
    // Where it goes on, a gateway says too.
    if (type === "match_moved") this.end({ kind: "lost", why: "moved" });
    if (type !== "state" && type !== "world_state") return false;
    const applied = this.#states.apply(message);
    if (applied === undefined) return true;
    this.#tick = applied.frame.tick;
    this.#listener.onFrame(applied.frame);
    return true;
  }

  /** Ends it; only the first time counts. */
  end(end: SeatEnd): void {
    this.#ended.resolve(end);
  }

  /** Ends it where nothing has come for too long. */
  checkSilence(): void {
    const silentMs = systemClock.monotonicMs() - this.#heardMs;
    if (silentMs >= SILENCE_MS) this.end({ kind: "lost", why: "silence" });
  }
}

function resultOf({ match_id: matchId, winner, scores }: JsonObject): MatchResult {
  return {
    matchId: String(matchId),
    winner: typeof winner === "number" ? winner : null,
    scores: Object.fromEntries(
      Object.entries(tryJsonObject(scores) ?? {}).map(([team, score]) => [team, Number(score)]),
    ),
  };
}
