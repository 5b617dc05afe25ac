import { type JsonObject, tryJsonObject, tryParseJson } from "../../core/json.ts";
import { LineClient } from "../clients/line_client.ts";
import { JsonStream } from "./json_stream.ts";
import type {
  DriveOrder,
  MatchSeat,
  SeatAddress,
  SeatEnd,
  SeatOpening,
  SeatRequest,
} from "./match_seat.ts";

/** Longer than any match of a test, in milliseconds. */
const CONNECTION_MS_MAX = 3_600_000;

/** Joins in JSON over TCP. Never rejects. */
export async function openLineSeat(
  address: SeatAddress,
  request: SeatRequest,
): Promise<SeatOpening> {
  const stream = new JsonStream(request.listener);
  let line: LineClient | undefined;
  try {
    line = await LineClient.connect(address, { onLine: (text) => void take(stream, text) });
    const reply = await join(line, request);
    if (reply.status === "joined" || reply.status === "already_in_session") {
      const tankId = typeof reply.tank_id === "string" ? reply.tank_id : undefined;
      return { ok: true, seat: new LineSeat(line, stream, { tankId, request }) };
    }
    await line.close();
    return { ok: false, isTold: true, why: String(reply.reason ?? reply.message) };
  } catch (error) {
    await line?.close();
    const why = `no answer over TCP: ${error instanceof Error ? error.name : error}`;
    return { ok: false, isTold: false, why };
  }
}

class LineSeat implements MatchSeat {
  readonly tankId: string | undefined;
  readonly #line: LineClient;
  readonly #stream: JsonStream;
  readonly #playerId: string;

  constructor(
    line: LineClient,
    stream: JsonStream,
    about: { readonly tankId: string | undefined; readonly request: SeatRequest },
  ) {
    this.#line = line;
    this.#stream = stream;
    this.tankId = about.tankId;
    this.#playerId = about.request.playerId;
    const lost = (why: string) => (): void => stream.end({ kind: "lost", why });
    line.untilEnd(CONNECTION_MS_MAX).then(lost("the connection ended"), lost("no end"));
  }

  get ended(): Promise<SeatEnd> {
    return this.#stream.ended;
  }

  drive({ seq, throttle, turn, turretRad: turret, fire }: DriveOrder): void {
    this.#stream.checkSilence();
    // They have been looked at as they came.
    this.#line.takeLines();
    const { tick } = this.#stream;
    if (tick !== undefined) this.#send({ action: "ack", tick });
    this.#send({ action: "input", seq, throttle, turn, turret, fire });
  }

  async close(): Promise<void> {
    this.#stream.end({ kind: "lost", why: "closed" });
    await this.#line.close();
  }

  #send(message: JsonObject): void {
    // A connection that has ended ends the seat.
    this.#line.sendLine({ ...message, player_id: this.#playerId }).catch(() => {});
  }
}

async function join(
  line: LineClient,
  { playerId, matchId, token, patienceMs }: SeatRequest,
): Promise<JsonObject> {
  await line.sendLine({ action: "join_game", player_id: playerId, match_id: matchId, token });
  const text = await line.readLine({
    what: "a reply to a join",
    matches: (text) => text.startsWith('{"status"'),
    deadlineMs: patienceMs,
  });
  return tryJsonObject(tryParseJson(text)) ?? {};
}

function take(stream: JsonStream, text: string): void {
  const message = text.startsWith("{") ? tryJsonObject(tryParseJson(text)) : undefined;
  if (message !== undefined) stream.take(message);
}
