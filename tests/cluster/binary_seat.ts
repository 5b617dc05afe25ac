import { systemClock } from "../../core/clock.ts";
import type { ClientEvent } from "../../game/client/client_event.ts";
import { type OpenedClient, openUdpClient } from "../../game/client/open_udp_client.ts";
import type { BinaryClient } from "../../game/client/binary_client.ts";
import { CONTROL_MAX } from "../../game/simulation/tank_input.ts";
import { headingFromRadians } from "../../game/simulation/units.ts";
import { JsonStream } from "./json_stream.ts";
import type {
  DriveOrder,
  MatchSeat,
  SeatAddress,
  SeatEnd,
  SeatOpening,
  SeatRequest,
} from "./match_seat.ts";
import { SILENCE_MS } from "./match_seat.ts";

/** Joins with the binary protocol. Never rejects. */
export async function openBinarySeat(
  server: SeatAddress,
  request: SeatRequest,
): Promise<SeatOpening> {
  const { playerId, matchId, token, patienceMs } = request;
  const credential = { kind: "token", token } as const;
  const about = { playerId, matchId, credential, silenceMs: SILENCE_MS };
  const opened = openUdpClient({ protocol: "binary", server, ...about });
  const { client } = opened;
  const seat = new BinarySeat(opened, request);
  client.join();
  const deadline = new AbortController();
  const cancel = systemClock.after(patienceMs, () => deadline.abort());
  try {
    await client.until(() => client.frame !== undefined || isEnded(opened), deadline.signal);
  } catch {
    // It has no frame then, which is looked at below.
  } finally {
    cancel();
  }
  if (client.frame !== undefined) return { ok: true, seat };
  const { state } = client;
  await client.close();
  // Closed here: nothing can be sent to that address, which nobody has told.
  const isTold = state.kind === "ended" && state.reason !== "no_answer" &&
    state.reason !== "closed";
  return { ok: false, isTold, why: isTold ? state.reason : "no answer over UDP" };
}

class BinarySeat implements MatchSeat {
  readonly #opened: OpenedClient<BinaryClient>;
  readonly #stream: JsonStream;
  readonly #request: SeatRequest;

  constructor(opened: OpenedClient<BinaryClient>, request: SeatRequest) {
    this.#opened = opened;
    this.#request = request;
    this.#stream = new JsonStream(request.listener);
    opened.client.on((event) => this.#onEvent(event));
  }

  get tankId(): string | undefined {
    return this.#opened.client.match?.tankId;
  }

  get ended(): Promise<SeatEnd> {
    return this.#stream.ended;
  }

  drive({ throttle, turn, turretRad, fire }: DriveOrder): void {
    this.#opened.client.setInput({
      throttle: Math.round(throttle * CONTROL_MAX),
      turn: Math.round(turn * CONTROL_MAX),
      turret: headingFromRadians(turretRad),
      fire,
    });
  }

  async close(): Promise<void> {
    this.#stream.end({ kind: "lost", why: "closed" });
    await this.#opened.client.close();
  }

  #onEvent(event: ClientEvent): void {
    const { client } = this.#opened;
    switch (event.kind) {
      case "snapshot":
        if (client.frame !== undefined) this.#request.listener.onFrame(client.frame);
        break;
      case "message":
        this.#stream.take(event.message);
        break;
      case "state":
        this.#onState();
        break;
    }
  }

  #onState(): void {
    const { state } = this.#opened.client;
    // It would ask the server that it knows; where the match is now, a gateway says.
    if (state.kind === "resuming") this.#stream.end({ kind: "lost", why: "silence" });
    if (state.kind !== "ended") return;
    // Whoever comes back while a match that is over lingers hears that, and not how it ended.
    const kind = state.reason === "match_over" ? "told" : "lost";
    this.#stream.end({ kind, why: state.reason });
  }
}

function isEnded({ client }: OpenedClient<BinaryClient>): boolean {
  return client.state.kind === "ended";
}
