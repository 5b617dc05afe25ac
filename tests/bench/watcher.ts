import type { JsonObject } from "../../core/json.ts";
import { DatagramClient } from "../clients/datagram_client.ts";
import { objectsAt, textAt } from "../clients/json_fields.ts";
import type { Address } from "../fuzz/service_process.ts";

/** Plays in the match of the senders and sees whose tanks move: proof that moves take effect. */
export class Watcher {
  readonly #client: DatagramClient;
  readonly #places = new Map<string, string>();
  readonly #moved = new Set<string>();

  private constructor(address: Address) {
    this.#client = DatagramClient.open(address, {
      onMessage: (message) => {
        if (message.type !== "state") return false;
        for (const tank of objectsAt(message, "tanks")) this.#see(tank);
        return true;
      },
    });
  }

  /** Takes a place in the match. @throws Error where there is none */
  static async join(address: Address): Promise<Watcher> {
    const watcher = new Watcher(address);
    const reply = await watcher.#client.ask({ action: "join_game", player_id: "watcher" });
    if (reply.status !== "joined") throw new Error(`Cannot watch: ${JSON.stringify(reply)}`);
    return watcher;
  }

  /** How many tanks were seen in motion. */
  get tanksMoved(): number {
    return this.#moved.size;
  }

  /** Watches no more. */
  close(): Promise<void> {
    return this.#client.close();
  }

  #see(tank: JsonObject): void {
    if (tank.x === undefined && tank.y === undefined) return;
    const tankId = textAt(tank, "tank_id");
    const place = `${tank.x} ${tank.y}`;
    const known = this.#places.get(tankId);
    if (known !== undefined && known !== place) this.#moved.add(tankId);
    this.#places.set(tankId, place);
  }
}
