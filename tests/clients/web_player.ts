import type { JsonObject } from "../../core/json.ts";
import { parseJsonObject, textAt } from "./json_fields.ts";
import { Mailbox } from "./mailbox.ts";

const FRAMES_WAITING_MAX = 4_096;

/** How a client says who it is. */
export interface WebAuth {
  /** The match. */
  readonly matchId: string;
  /** A match token, an access token, or the resume token of an earlier answer. */
  readonly token: string;
}

/** How a WebSocket ended. */
export interface WebClosed {
  /** The code that the gateway gave. */
  readonly code: number;
  /** In words. */
  readonly reason: string;
}

/** A client of the gateway's WebSocket. */
export class WebPlayer {
  readonly #socket: WebSocket;
  readonly #frames = new Mailbox<JsonObject>(FRAMES_WAITING_MAX);
  readonly #closed = Promise.withResolvers<WebClosed>();
  #latest: JsonObject | undefined;
  #stateCount = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.onmessage = ({ data }: MessageEvent<string>): void => {
      const frame = parseJsonObject(data);
      if (frame.type !== "WORLD_STATE") return this.#frames.push(frame);
      this.#stateCount++;
      this.#latest = frame;
      for (const event of Array.isArray(frame.events) ? frame.events : []) {
        this.#frames.push({ type: "EVENT", ...event });
      }
    };
    socket.onerror = (event): void => event.preventDefault();
    socket.onclose = ({ code, reason }): void => {
      this.#closed.resolve({ code, reason });
      this.#frames.end(new Error(`The WebSocket is closed: ${code} ${reason}`));
    };
  }

  /** Connects. @throws Error where that is refused */
  static async open(url: string, options: WebSocketOptions = {}): Promise<WebPlayer> {
    const socket = new WebSocket(url, options);
    const player = new WebPlayer(socket);
    const opened = Promise.withResolvers<void>();
    socket.onopen = (): void => opened.resolve();
    void player.closed.then(({ reason }) => opened.reject(new Error(`Not connected: ${reason}`)));
    await opened.promise;
    return player;
  }

  /** Connects and says who it is. @throws Error where there is no AUTH_OK */
  static async join(
    url: string,
    auth: WebAuth,
    options: WebSocketOptions = {},
  ): Promise<WebPlayer & { readonly ok: JsonObject }> {
    const player = await WebPlayer.open(url, options);
    player.auth(auth);
    const ok = await player.next("AUTH_OK");
    return Object.assign(player, { ok });
  }

  /** The newest state. */
  get latest(): JsonObject | undefined {
    return this.#latest;
  }

  /** How many states have come. */
  get stateCount(): number {
    return this.#stateCount;
  }

  /** Resolves when the WebSocket has closed. */
  get closed(): Promise<WebClosed> {
    return this.#closed.promise;
  }

  /** Says who it is. */
  auth({ matchId, token }: WebAuth): void {
    this.send({ type: "AUTH", match_id: matchId, token });
  }

  /** Sends a frame. */
  send(frame: JsonObject | string): void {
    this.#socket.send(typeof frame === "string" ? frame : JSON.stringify(frame));
  }

  /** The next frame of a type; events of states are frames of type `EVENT` here. */
  next(type: string, deadlineMs = 15_000): Promise<JsonObject> {
    return this.#frames.take({ what: type, matches: (frame) => frame.type === type, deadlineMs });
  }

  /** Its own tank as the newest state shows it. */
  tank(tankId: string): JsonObject | undefined {
    const tanks = this.#latest?.tanks;
    const all: JsonObject[] = Array.isArray(tanks) ? tanks : [];
    return all.find((tank) => textAt(tank, "tank_id") === tankId);
  }

  /** Closes it. */
  async close(): Promise<void> {
    this.#socket.close();
    await this.closed;
  }
}
