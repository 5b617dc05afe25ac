import type { JsonObject } from "../../core/json.ts";
import type { MatchRecord } from "./match_record.ts";
import { ReplayError } from "./replay_error.ts";

/** A repeated record is known by its id for so long; it comes soon after the first. */
const KNOWN_IDS_MAX = 65_536;

/** Sees to it that the records of one match come whole and in order. */
export class RecordOrder {
  readonly #matchId: string;
  /** The event id of each record of this part, by its number. */
  readonly #eventIds = new Map<number, string>();
  #part = 0;
  #nextSeq = 0;
  #hasEnded = false;

  /** Nothing has come yet. */
  constructor(matchId: string) {
    this.#matchId = matchId;
  }

  /**
   * Whether the record is to be played: not where it has come before, nor where it is of a part that
   * another server has taken over.
   *
   * @throws ReplayError where it is not the next one
   */
  accepts(record: MatchRecord, event: JsonObject): boolean {
    const { matchId, part, seq } = record;
    if (matchId !== this.#matchId) {
      throw new ReplayError("out_of_order", `a record is of match ${matchId}`);
    }
    if (part < this.#part) return false;
    if (part > this.#part) this.#beginPart(record);
    const eventId = String(event.event_id);
    if (seq < this.#nextSeq) {
      if (this.#eventIds.get(seq) === eventId) return false;
      throw new ReplayError(
        "out_of_order",
        `record ${seq} comes after record ${this.#nextSeq - 1}`,
      );
    }
    if (seq > this.#nextSeq) throw missing(this.#nextSeq, seq);
    if (this.#hasEnded) throw new ReplayError("out_of_order", `record ${seq} comes after the end`);
    this.#hasEnded = record.kind === "end";
    this.#eventIds.set(seq, eventId);
    this.#eventIds.delete(seq - KNOWN_IDS_MAX);
    this.#nextSeq = seq + 1;
    return true;
  }

  #beginPart({ kind, part }: MatchRecord): void {
    if (kind !== "start") throw new ReplayError("missing", `how part ${part} began`);
    this.#part = part;
    this.#nextSeq = 0;
    this.#hasEnded = false;
    this.#eventIds.clear();
  }
}

function missing(from: number, next: number): ReplayError {
  const what = next - from > 1 ? `records ${from} to ${next - 1} are` : `record ${from} is`;
  return new ReplayError("missing", `${what} missing, the next is ${next}`);
}
