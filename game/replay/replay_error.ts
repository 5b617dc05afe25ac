/**
 * Why a recording cannot be replayed. `missing`: a record, or the beginning. `out_of_order`: one came
 * twice and differs, or came for another match. `other_version`: another format or simulation.
 * `bad_record`: one cannot be read, or says what cannot be.
 */
export type ReplayProblem = "missing" | "out_of_order" | "other_version" | "bad_record";

/** A recording cannot be replayed, or not any further. */
export class ReplayError extends Error {
  /** The class, for logs. */
  override readonly name = "ReplayError";
  /** Why not. */
  readonly problem: ReplayProblem;

  /** `detail` follows "Cannot replay match: " in the message. */
  constructor(problem: ReplayProblem, detail: string, options?: ErrorOptions) {
    super(`Cannot replay match: ${detail}`, options);
    this.problem = problem;
  }
}
