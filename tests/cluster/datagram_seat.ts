import { systemClock } from "../../core/clock.ts";
import type { JsonObject } from "../../core/json.ts";
import { DatagramClient } from "../clients/datagram_client.ts";
import { JsonStream } from "./json_stream.ts";
import type {
  DriveOrder,
  MatchSeat,
  SeatAddress,
  SeatEnd,
  SeatOpening,
  SeatRequest,
} from "./match_seat.ts";

/** A datagram may be lost: what is not answered is asked again, in milliseconds. */
const RETRY_MS = 700;

/** Joins over JSON datagrams. Never rejects. */
export async function openDatagramSeat(
  address: SeatAddress,
  request: SeatRequest,
): Promise<SeatOpening> {
  const stream = new JsonStream(request.listener);
  const wire = DatagramClient.open(address, { onMessage: (message) => stream.take(message) });
  const reply = await askToJoin(wire, request);
  if (reply.status === "joined" || reply.status === "already_in_session") {
    const tankId = typeof reply.tank_id === "string" ? reply.tank_id : undefined;
    return { ok: true, seat: new DatagramSeat(wire, stream, { tankId, request }) };
  }
  await closeQuietly(wire);
  const isTold = typeof reply.reason === "string";
  return { ok: false, isTold, why: isTold ? String(reply.reason) : "no answer over UDP" };
}

class DatagramSeat implements MatchSeat {
  readonly tankId: string | undefined;
  readonly #wire: DatagramClient;
  readonly #stream: JsonStream;
  readonly #playerId: string;

  constructor(
    wire: DatagramClient,
    stream: JsonStream,
    about: { readonly tankId: string | undefined; readonly request: SeatRequest },
  ) {
    this.#wire = wire;
    this.#stream = stream;
    this.tankId = about.tankId;
    this.#playerId = about.request.playerId;
  }

  get ended(): Promise<SeatEnd> {
    return this.#stream.ended;
  }

  drive({ seq, throttle, turn, turretRad: turret, fire }: DriveOrder): void {
    this.#stream.checkSilence();
    // Answers to nothing that it asked.
    this.#wire.takeAll();
    const { tick } = this.#stream;
    if (tick !== undefined) this.#send({ action: "ack", tick });
    this.#send({ action: "input", seq, throttle, turn, turret, fire });
  }

  async close(): Promise<void> {
    this.#stream.end({ kind: "lost", why: "closed" });
    await closeQuietly(this.#wire);
  }

  #send(message: JsonObject): void {
    // What cannot be sent is lost, as datagrams are.
    this.#wire.send({ ...message, player_id: this.#playerId }).catch(() => {});
  }
}

/** Asks until there is an answer that settles it; an empty one where none comes. */
async function askToJoin(
  wire: DatagramClient,
  { playerId, matchId, token, patienceMs }: SeatRequest,
): Promise<JsonObject> {
  const endMs = systemClock.monotonicMs() + patienceMs;
  let join: JsonObject = { action: "join_game", player_id: playerId, match_id: matchId, token };
  while (systemClock.monotonicMs() < endMs) {
    try {
      await wire.send(join);
      const reply = await wire.take({
        what: "a reply to a join",
        matches: ({ status }) => status !== undefined && status !== "pong",
        deadlineMs: RETRY_MS,
      });
      if (reply.status !== "challenge") return reply;
      join = { ...join, challenge: reply.challenge };
    } catch {
      // Nothing came in time: ask again.
    }
  }
  return {};
}

async function closeQuietly(wire: DatagramClient): Promise<void> {
  try {
    await wire.close();
  } catch {
    // Something unreadable had come: the seat has ended with it.
  }
}
