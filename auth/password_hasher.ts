import type { HashOutcome, HashQueue } from "./hash_queue.ts";
import {
  decoyHash,
  hashPassword,
  needsRehash,
  type ScryptParameters,
  verifyPassword,
} from "./password_hash.ts";

/** Hashes and verifies passwords with one set of parameters, through the bounded queue. */
export class PasswordHasher {
  readonly #queue: HashQueue;
  readonly #parameters: ScryptParameters;
  readonly #decoy: string;

  /** Every hash takes a turn in `queue`. */
  constructor(queue: HashQueue, parameters: ScryptParameters) {
    this.#queue = queue;
    this.#parameters = parameters;
    this.#decoy = decoyHash(parameters);
  }

  /** A new hash of the password, as a PHC string. */
  hash(password: string): Promise<HashOutcome<string>> {
    return this.#queue.run(() => hashPassword(password, this.#parameters));
  }

  /**
   * Whether the password is the one behind the stored hash. Where there is no stored hash it is not,
   * after as much work.
   */
  verify(password: string, phc: string | undefined): Promise<HashOutcome<boolean>> {
    return this.#queue.run(() => verifyPassword(password, phc ?? this.#decoy));
  }

  /** Whether the stored hash ought to be made anew. */
  isOutdated(phc: string): boolean {
    return needsRehash(phc, this.#parameters);
  }
}
