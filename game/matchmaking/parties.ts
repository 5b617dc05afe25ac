/** What somebody says of the party that they want to play in. */
export interface PartyClaim {
  /** What tells it from another party of the same members; chosen by them. */
  readonly partyId: string;
  /** What it wants to play. */
  readonly mode: string;
  /** Every member's account, the one who says so among them, each once. */
  readonly members: readonly string[];
}

interface Party {
  /** By account: what was put in by `accept`. */
  readonly accepted: Map<string, string>;
  readonly size: number;
}

/**
 * Parties whose members come one after another. Nobody is in a party because others say so: it is
 * complete when every member has named the same members, mode and id.
 */
export class Parties {
  readonly #parties = new Map<string, Party>();

  /** How many wait for members. */
  get count(): number {
    return this.#parties.size;
  }

  /**
   * Takes a member's word. Once every member has given it the party is forgotten here.
   *
   * @param member `searchId`: what stands for this member's part in it
   * @returns every member's search once it is complete, else undefined
   */
  accept(
    claim: PartyClaim,
    { accountId, searchId }: { readonly accountId: string; readonly searchId: string },
  ): string[] | undefined {
    const key = keyOf(claim);
    const party = this.#parties.get(key) ?? { accepted: new Map(), size: claim.members.length };
    party.accepted.set(accountId, searchId);
    if (party.accepted.size < party.size) {
      this.#parties.set(key, party);
      return undefined;
    }
    this.#parties.delete(key);
    return [...party.accepted.values()];
  }

  /** How many members have given their word. */
  acceptedOf(claim: PartyClaim): number {
    return this.#parties.get(keyOf(claim))?.accepted.size ?? 0;
  }

  /** A member takes it back. */
  leave(claim: PartyClaim, accountId: string): void {
    const key = keyOf(claim);
    const party = this.#parties.get(key);
    party?.accepted.delete(accountId);
    if (party?.accepted.size === 0) this.#parties.delete(key);
  }
}

function keyOf({ partyId, mode, members }: PartyClaim): string {
  return JSON.stringify([mode, partyId, members.toSorted()]);
}
