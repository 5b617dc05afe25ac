import type { LeaveReason } from "./leave_reason.ts";
import type { Player } from "./player.ts";
import type { PlayerLink } from "./player_link.ts";

/** Everybody who plays, by player id and by the far end of their link. */
export class PlayerRoster {
  readonly #byId = new Map<string, Player>();
  /** One address may have several players behind it. */
  readonly #byAddress = new Map<string, readonly Player[]>();

  readonly #byResumeToken = new Map<string, Player>();

  /** How many players there are. */
  get size(): number {
    return this.#byId.size;
  }

  /** All players, in the order in which they came. */
  values(): Iterable<Player> {
    return this.#byId.values();
  }

  /** The player of this id, or undefined where nobody has it. */
  find(playerId: string): Player | undefined {
    return this.#byId.get(playerId);
  }

  /** The players whose link leads to this address, the last to come last. */
  at(address: string): readonly Player[] {
    return this.#byAddress.get(address) ?? [];
  }

  /** The player who has this resume token. */
  findByResumeToken(token: string): Player | undefined {
    return this.#byResumeToken.get(token);
  }

  /** Gives a player who is there a resume token, instead of any before. */
  setResumeToken(player: Player, token: string): void {
    this.#byResumeToken.delete(player.resumeToken ?? "");
    player.resumeToken = token;
    this.#byResumeToken.set(token, player);
  }

  /** Adds a player, whose id nobody has yet. */
  add(player: Player): void {
    this.#byId.set(player.playerId, player);
    this.#remember(player);
  }

  /** Takes a player out; does nothing where the player is not in it. */
  remove(player: Player, reason: LeaveReason): void {
    if (this.#byId.get(player.playerId) !== player) return;
    this.#byId.delete(player.playerId);
    this.#byResumeToken.delete(player.resumeToken ?? "");
    this.#forget(player, reason);
  }

  /** Gives a player another link. */
  move(player: Player, link: PlayerLink): void {
    this.#forget(player);
    player.link = link;
    this.#remember(player);
  }

  #remember(player: Player): void {
    const { address } = player.link;
    this.#byAddress.set(address, [...this.at(address), player]);
    player.link.attach();
  }

  #forget(player: Player, reason?: LeaveReason): void {
    const { address } = player.link;
    const others = this.at(address).filter((other) => other !== player);
    if (others.length === 0) this.#byAddress.delete(address);
    else this.#byAddress.set(address, others);
    player.link.detach(reason);
  }
}
