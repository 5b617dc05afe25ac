import { type JsonObject, tryJsonObject, tryParseJson } from "../../core/json.ts";
import { inTime } from "../contract/eventually.ts";
import { JsonStream } from "./json_stream.ts";
import type { DriveOrder, MatchSeat, SeatEnd, SeatOpening, SeatRequest } from "./match_seat.ts";

/** Joins through a gateway. `onResumeToken` is told each token that the way back takes. Never rejects. */
export async function openWebSeat(
  url: string,
  request: SeatRequest & {
    readonly onResumeToken: (token: string) => void;
    readonly client: Deno.HttpClient | undefined;
  },
): Promise<SeatOpening> {
  const { matchId, token, patienceMs, client } = request;
  const seat = new WebSeat(new WebSocket(url, client && { client }), request);
  try {
    const first = await inTime(seat.auth({ matchId, token }), patienceMs);
    if (first.type === "AUTH_OK") return { ok: true, seat };
    await seat.close();
    return { ok: false, isTold: true, why: String(first.reason) };
  } catch (error) {
    await seat.close();
    const why = error instanceof Error ? error.message : String(error);
    return { ok: false, isTold: false, why };
  }
}

class WebSeat implements MatchSeat {
  readonly #socket: WebSocket;
  readonly #stream: JsonStream;
  readonly #onResumeToken: (token: string) => void;
  readonly #first = Promise.withResolvers<JsonObject>();
  readonly #opened = Promise.withResolvers<void>();
  readonly #closed = Promise.withResolvers<void>();
  #tankId: string | undefined;

  constructor(
    socket: WebSocket,
    request: Parameters<typeof openWebSeat>[1],
  ) {
    this.#socket = socket;
    this.#stream = new JsonStream(request.listener);
    this.#onResumeToken = request.onResumeToken;
    for (const promise of [this.#first.promise, this.#opened.promise]) promise.catch(() => {});
    socket.onopen = (): void => this.#opened.resolve();
    socket.onmessage = ({ data }: MessageEvent<string>): void => this.#onFrame(data);
    socket.onerror = (event): void => event.preventDefault();
    socket.onclose = ({ code }): void => {
      const why = `the WebSocket closed with ${code}`;
      this.#stream.end({ kind: "lost", why });
      this.#opened.reject(new Error(why));
      this.#first.reject(new Error(why));
      this.#closed.resolve();
    };
  }

  get tankId(): string | undefined {
    return this.#tankId;
  }

  get ended(): Promise<SeatEnd> {
    return this.#stream.ended;
  }

  /** Says who it is, and gives the answer. */
  async auth(
    { matchId, token }: { readonly matchId: string; readonly token: string },
  ): Promise<JsonObject> {
    await this.#opened.promise;
    this.#socket.send(JSON.stringify({ type: "AUTH", match_id: matchId, token }));
    return await this.#first.promise;
  }

  drive({ seq, throttle, turn, turretRad: turret, fire }: DriveOrder): void {
    // Its gateway looks for a silent match, and says when it has found it or given up.
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    const order = { type: "PLAYER_INPUT", seq, throttle, turn, turret, fire };
    this.#socket.send(JSON.stringify({ ...order, ack: this.#stream.tick }));
  }

  async close(): Promise<void> {
    this.#stream.end({ kind: "lost", why: "closed" });
    this.#socket.close();
    await this.#closed.promise;
  }

  #onFrame(data: string): void {
    const frame = tryJsonObject(tryParseJson(data)) ?? {};
    if (this.#stream.take(frame)) return;
    switch (frame.type) {
      case "AUTH_OK":
      case "MATCH_MOVED":
        if (typeof frame.tank_id === "string") this.#tankId = frame.tank_id;
        if (typeof frame.resume_token === "string") this.#onResumeToken(frame.resume_token);
        this.#first.resolve(frame);
        break;
      case "AUTH_FAILED":
        this.#first.resolve(frame);
        break;
      case "MATCH_LOST":
        this.#stream.end({ kind: "told", why: `MATCH_LOST ${frame.reason}` });
        break;
    }
  }
}
