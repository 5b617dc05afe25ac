import type { HashOutcome, HashQueue } from "./hash_queue.ts";
import {
  decoyHash,
  type DeriveKey,
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
  readonly #how: { readonly derive?: DeriveKey };

  /** Every hash takes a turn in `queue`; keys are derived on the thread pool unless `derive` is given. */
  constructor(
    queue: HashQueue,
    parameters: ScryptParameters,
    options: { readonly derive?: DeriveKey } = {},
  ) {
    this.#queue = queue;
    this.#parameters = parameters;
    this.#how = options;
    this.#decoy = decoyHash(parameters);
  }

  /** A new hash of the password, as a PHC string, at a turn of `owner`. */
  hash(password: string, owner?: string): Promise<HashOutcome<string>> {
    return this.#queue.run(() => hashPassword(password, this.#parameters, this.#how), owner);
  }

  /**
   * Whether the password is the one behind the stored hash. Where there is no stored hash it is not,
   * after as much work. `options.owner` says whose turn it takes. `options.mayStart` is asked when that
   * has come: undefined, after no work, where it says no. `options.onVerdict` is told before it is
   * another's turn.
   */
  verify(
    password: string,
    phc: string | undefined,
    options: {
      readonly owner?: string;
      readonly mayStart?: () => Promise<boolean>;
      readonly onVerdict?: (matches: boolean) => Promise<void>;
    } = {},
  ): Promise<HashOutcome<boolean | undefined>> {
    const { owner, mayStart, onVerdict } = options;
    return this.#queue.run(async () => {
      if (mayStart !== undefined && !await mayStart()) return undefined;
      const matches = await verifyPassword(password, phc ?? this.#decoy, this.#how);
      await onVerdict?.(matches);
      return matches;
    }, owner);
  }

  /** Whether the stored hash ought to be made anew. */
  isOutdated(phc: string): boolean {
    return needsRehash(phc, this.#parameters);
  }
}
