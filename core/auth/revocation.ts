import type { KvStore } from "../ports/kv_store.ts";

const KEY_PREFIX = "revoked:";

/** The key that is there while access tokens of a session that was ended could still be shown. */
export function revokedKey(sessionId: string): string {
  return `${KEY_PREFIX}${sessionId}`;
}

/** Asks `kvStore`, where auth writes it, whether a session was ended. Rejects as the store does. */
export function revocationCheck(
  kvStore: Pick<KvStore, "get">,
): (sessionId: string) => Promise<boolean> {
  return async (sessionId) => await kvStore.get(revokedKey(sessionId)) !== undefined;
}
