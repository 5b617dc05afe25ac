import type { Search } from "./search.ts";

/** Every search that is known, by id and by account: an account has one at a time. */
export class SearchBook {
  readonly #byId = new Map<string, Search>();
  readonly #byAccount = new Map<string, Search>();

  /** How many there are, those that have come to their end included. */
  get size(): number {
    return this.#byId.size;
  }

  /** All of them, in the order in which they began. */
  values(): Iterable<Search> {
    return this.#byId.values();
  }

  /** The account's own search of that id. */
  find(searchId: string, accountId: string): Search | undefined {
    const search = this.#byId.get(searchId);
    return search?.order.accountId === accountId ? search : undefined;
  }

  /** The search of that id. */
  get(searchId: string): Search | undefined {
    return this.#byId.get(searchId);
  }

  /** The account's search. */
  of(accountId: string): Search | undefined {
    return this.#byAccount.get(accountId);
  }

  /** Whether it is still known. */
  has(search: Search): boolean {
    return this.#byId.get(search.id) === search;
  }

  /** Adds a search, whose account has none. */
  add(search: Search): void {
    this.#byId.set(search.id, search);
    this.#byAccount.set(search.order.accountId, search);
  }

  /** Forgets a search; false where it was not known. */
  remove(search: Search): boolean {
    if (!this.has(search)) return false;
    this.#byId.delete(search.id);
    const { accountId } = search.order;
    if (this.#byAccount.get(accountId) === search) this.#byAccount.delete(accountId);
    return true;
  }

  /** Forgets all. */
  clear(): void {
    this.#byId.clear();
    this.#byAccount.clear();
  }
}
