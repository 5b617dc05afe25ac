import type { Player } from "./player.ts";

/** The players of a session by player id, in the order in which they came. */
export class SessionPlayers extends Map<string, Player> {
  /** Replaced where somebody leaves: whoever goes through it may cause that. */
  #list: Player[] = [];
  #hasHadAny = false;

  /** The same as a list, for what goes through them each tick: it takes far less memory than the map. */
  get list(): readonly Player[] {
    return this.#list;
  }

  /** Whether anybody has ever come. */
  get hasHadAny(): boolean {
    return this.#hasHadAny;
  }

  /** Adds a player, or takes another's place. */
  override set(playerId: string, player: Player): this {
    this.#hasHadAny = true;
    const before = this.get(playerId);
    if (before === undefined) this.#list.push(player);
    else this.#list[this.#list.indexOf(before)] = player;
    return super.set(playerId, player);
  }

  /** Takes a player out; false where there is none of this id. */
  override delete(playerId: string): boolean {
    const player = this.get(playerId);
    if (player !== undefined) this.#list = this.#list.filter((other) => other !== player);
    return super.delete(playerId);
  }

  /** Takes all of them out. */
  override clear(): void {
    this.#list = [];
    super.clear();
  }
}
