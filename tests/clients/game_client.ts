import { assert } from "@std/assert";
import type { JsonObject } from "../../core/json.ts";
import { DatagramClient } from "./datagram_client.ts";
import { objectAt, textAt } from "./json_fields.ts";
import { DEADLINE_MS, Mailbox } from "./mailbox.ts";
import { readState, type SeenTank } from "./state_message.ts";
import { type Snapshot, StateModel } from "./state_model.ts";

const SNAPSHOTS_WAITING_MAX = 256;

/** How somebody joins. */
export interface JoinOptions {
  /** 1 to 64 characters, unlike those of other players. */
  readonly playerId: string;
  /** An access token, where it has one. */
  readonly token?: string;
  /** The match to join; any of the mode if undefined. */
  readonly matchId?: string;
  /** The server's default if undefined. */
  readonly mode?: string;
  /** Whether every state is acknowledged, so that the next ones are deltas. Default true. */
  readonly acks?: boolean;
}

/** The service's address for datagrams. */
export interface ServerAddress {
  /** An IP address. */
  readonly hostname: string;
  /** The port that was bound. */
  readonly port: number;
}

/** A player over UDP: joins, acknowledges states, and knows the match. */
export class GameClient {
  /** Under which it joined. */
  readonly playerId: string;
  /** Its socket; what comes and is no state can be taken from it. */
  readonly wire: DatagramClient;
  readonly #acks: boolean;
  readonly #model = new StateModel();
  readonly #snapshots = new Mailbox<Snapshot>(SNAPSHOTS_WAITING_MAX);
  #latest: Snapshot | undefined;
  #joined: JsonObject = {};
  #stateCount = 0;
  #isOver = false;

  private constructor(server: ServerAddress, options: JoinOptions) {
    this.playerId = options.playerId;
    this.#acks = options.acks ?? true;
    this.wire = DatagramClient.open(server, { onMessage: (message) => this.#onMessage(message) });
  }

  /** Joins, with a proof of the address where one is asked for. @throws when it gets no tank */
  static async join(server: ServerAddress, options: JoinOptions): Promise<GameClient> {
    const client = new GameClient(server, options);
    try {
      const reply = await askToJoin(client.wire, options);
      assert(reply.status === "joined", `not joined: ${JSON.stringify(reply).slice(0, 300)}`);
      client.#joined = reply;
      return client;
    } catch (error) {
      await client.wire.close();
      throw error;
    }
  }

  /** The `initial_state`. */
  get initialState(): JsonObject {
    return objectAt(this.#joined, "initial_state");
  }

  /** The session in which it plays. */
  get sessionId(): string {
    return textAt(this.#joined, "session_id");
  }

  /** How many states have come. */
  get stateCount(): number {
    return this.#stateCount;
  }

  /** Whether it was told that the match is over; waiting for another snapshot fails then. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Its tank. */
  get tankId(): string {
    return textAt(this.#joined, "tank_id");
  }

  /** Sends an action in the player's name. */
  act(action: string, fields: JsonObject = {}): Promise<void> {
    return this.wire.send({ action, player_id: this.playerId, ...fields });
  }

  /** The newest snapshot, if it fits, or the next that does. @throws Error when none does in time */
  async until(
    what: string,
    matches: (snapshot: Snapshot) => boolean = () => true,
    deadlineMs = DEADLINE_MS,
  ): Promise<Snapshot> {
    if (this.#latest !== undefined && matches(this.#latest)) return this.#latest;
    return await this.next(what, matches, deadlineMs);
  }

  /** The next snapshot to come that fits. @throws Error when none comes in time */
  next(
    what: string,
    matches: (snapshot: Snapshot) => boolean = () => true,
    deadlineMs = DEADLINE_MS,
  ): Promise<Snapshot> {
    this.#snapshots.takeAll();
    return this.#snapshots.take({ what: `${this.playerId}: ${what}`, matches, deadlineMs });
  }

  /** The next `count` snapshots, in their order. */
  async nextMany(count: number): Promise<Snapshot[]> {
    this.#snapshots.takeAll();
    const snapshots: Snapshot[] = [];
    while (snapshots.length < count) {
      snapshots.push(await this.#snapshots.take({ what: `snapshot ${snapshots.length}` }));
    }
    return snapshots;
  }

  /** Its own tank in a snapshot. */
  own(snapshot: Snapshot): SeenTank {
    return tankIn(snapshot, this.tankId);
  }

  /** Leaves the game. */
  async leave(): Promise<JsonObject> {
    await this.act("leave_game");
    return await this.wire.takeReply("a reply to leave_game");
  }

  /** Closes the socket; the server is not told. Whoever waits for a snapshot waits no longer. */
  close(): Promise<void> {
    this.#snapshots.end(new Error("the client is closed"));
    return this.wire.close();
  }

  #onMessage(message: JsonObject): boolean {
    if (message.type === "match_over") {
      this.#isOver = true;
      this.#snapshots.end(new Error("the match is over"));
    }
    if (message.type !== "state") return false;
    this.#stateCount++;
    try {
      this.#latest = this.#model.apply(readState(message));
    } catch (error) {
      this.#snapshots.end(error instanceof Error ? error : new Error(String(error)));
      throw error;
    }
    this.#snapshots.push(this.#latest);
    // A send fails only once the socket is closed, after which nobody waits for its effect.
    if (this.#acks) this.act("ack", { tick: this.#latest.tick }).catch(() => {});
    return true;
  }
}

/** A tank in a snapshot. @throws AssertionError where it is not there */
export function tankIn(snapshot: Snapshot, tankId: string): SeenTank {
  const tank = snapshot.tanks.get(tankId);
  assert(tank !== undefined, `no tank ${tankId} at tick ${snapshot.tick}`);
  return tank;
}

/** Asks for a tank, with the challenge that comes back where one does, and returns the last reply. */
export async function askToJoin(wire: DatagramClient, options: JoinOptions): Promise<JsonObject> {
  const request = {
    action: "join_game",
    player_id: options.playerId,
    token: options.token,
    match_id: options.matchId,
    mode: options.mode,
  };
  const first = await wire.ask(request);
  if (first.status !== "challenge") return first;
  return await wire.ask({ ...request, challenge: textAt(first, "challenge") });
}
