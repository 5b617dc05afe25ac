import { revocationCheck } from "../core/auth/revocation.ts";
import { describeError, type Log } from "../core/log.ts";
import type { KvStore } from "../core/ports/kv_store.ts";

/** Says whether a login has been ended; where none is known it has not. Never rejects. */
export type EndedLoginCheck = (authSessionId: string | undefined) => Promise<boolean>;

/** Asks the store, where auth writes it. While it is away nobody is ended: play goes on. */
export function endedLoginCheck(
  { kvStore, log }: { readonly kvStore: Pick<KvStore, "get">; readonly log: Log },
): EndedLoginCheck {
  const isRevoked = revocationCheck(kvStore);
  let isWell = true;
  return async (authSessionId) => {
    if (authSessionId === undefined) return false;
    try {
      const isEnded = await isRevoked(authSessionId);
      isWell = true;
      return isEnded;
    } catch (error) {
      // Said once, not for each player.
      if (isWell) log.warn("revocations_not_asked", { error: describeError(error) });
      isWell = false;
      return false;
    }
  };
}
