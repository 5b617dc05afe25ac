import type { JsonObject } from "../core/json.ts";
import type { WorkQueue } from "../core/ports/work_queue.ts";
import { isServerId } from "../core/protocol/server_status.ts";
import type { PlayerDirectory } from "./command_directory.ts";
import { COMMANDS_KEPT_MS, serverCommandsQueue } from "./command_route.ts";

/** What became of a command for a player who is not on this server. */
export type Forwarded =
  /** The server that holds the player has it. */
  | "forwarded"
  /** No server says that it holds the player. */
  | "unknown_player"
  /** It was forwarded to this server, which the player has left: it is not sent about any further. */
  | "moved_on";

/** The field that says which server forwarded a command; one that has it is not forwarded again. */
export const FORWARDED_BY_FIELD = "forwarded_by";

/** Sends commands on to the servers whose players they are for. */
export class CommandForwarder {
  readonly #workQueue: WorkQueue;
  readonly #directory: Pick<PlayerDirectory, "find">;
  readonly #serverId: string;

  /** Forwards in the name of `serverId`, this server. */
  constructor(options: {
    readonly workQueue: WorkQueue;
    readonly directory: Pick<PlayerDirectory, "find">;
    readonly serverId: string;
  }) {
    this.#workQueue = options.workQueue;
    this.#directory = options.directory;
    this.#serverId = options.serverId;
  }

  /**
   * Sends on a command whose player is not here, once.
   *
   * @throws Error where it cannot be found out who holds the player, or the queue does not take it
   */
  async forward(playerId: string, message: JsonObject): Promise<Forwarded> {
    if (message[FORWARDED_BY_FIELD] !== undefined) return "moved_on";
    const owner = await this.#directory.find(playerId);
    // Where it is this server, the player has just left.
    if (owner === undefined || owner === this.#serverId) return "unknown_player";
    // It names a queue.
    if (!isServerId(owner)) return "unknown_player";
    const marked = { ...message, [FORWARDED_BY_FIELD]: this.#serverId };
    await this.#workQueue.publish(serverCommandsQueue(owner), marked, { keptMs: COMMANDS_KEPT_MS });
    return "forwarded";
  }
}
