import { type JsonObject, tryJsonObject, tryParseJson } from "../../core/json.ts";
import type { ManualClock } from "../../core/manual_clock.ts";
import type { Rng } from "../../core/rng.ts";
import type { SimulatedNetwork } from "./simulated_network.ts";
import { GATEWAY_PORT } from "./topology.ts";

/** What comes back of a request; status 0: nothing does. */
export interface ClientReply {
  /** As HTTP has it. */
  readonly status: number;
  /** The body, empty where it is no object. */
  readonly body: JsonObject;
}

/** A request of a player's. */
export interface ClientRequest {
  /** Of the gateway. */
  readonly host: string;
  /** Method and path. */
  readonly what: string;
  /** An access token. */
  readonly token?: string | undefined;
  /** What is sent as JSON. */
  readonly body?: JsonObject;
}

/** A WebSocket as a player has it. */
export interface ClientSocket {
  /** Sends a frame. */
  send(frame: JsonObject): void;
  /** Hangs up; nothing more comes. */
  hangUp(): void;
}

/** What a player hears of a WebSocket. */
export interface ClientSocketEars {
  /** A frame has come. */
  onFrame(frame: JsonObject): void;
  /** The connection is over; 1006: without a goodbye. */
  onEnd(code: number): void;
}

const NO_REPLY: ClientReply = { status: 0, body: {} };
const REQUEST_TIMEOUT_MS = 8_000;
const DELAY_MS_MIN = 5;
const DELAY_MS_MAX = 40;
const LOST_AT_DEATH_MS_MAX = 1_000;
/** Of so many connections whose server dies one is not told, as of a machine that is gone. */
const UNTOLD_OF = 4;
const UNHEARD_END = 1_006;
const ENCODER = new TextEncoder();

/** A player's way to gateways, over the internet. */
export class ClientTransport {
  readonly #world: ManualClock;
  readonly #network: SimulatedNetwork;
  readonly #rng: Rng;
  readonly #ip: string;

  /** From `ip`. */
  constructor(
    options: {
      readonly world: ManualClock;
      readonly network: SimulatedNetwork;
      readonly rng: Rng;
      readonly ip: string;
    },
  ) {
    this.#world = options.world;
    this.#network = options.network;
    this.#rng = options.rng;
    this.#ip = options.ip;
  }

  /** Asks a gateway. Never rejects. */
  ask({ host, what, token, body }: ClientRequest): Promise<ClientReply> {
    const [method = "", path = ""] = what.split(" ");
    const text = body === undefined ? undefined : JSON.stringify(body);
    return new Promise((resolve) => {
      const cancel = this.#world.after(REQUEST_TIMEOUT_MS, () => resolve(NO_REPLY));
      const end = (reply: ClientReply): void => {
        cancel();
        resolve(reply);
      };
      this.#later(() => {
        const server = this.#network.server(host, GATEWAY_PORT);
        if (server === undefined) return this.#later(() => end(NO_REPLY));
        const forget = server.process.onDeath(() => this.#later(() => end(NO_REPLY)));
        const request = new Request(`http://${host}:${GATEWAY_PORT}${path}`, {
          method,
          headers: {
            ...(token !== undefined && { authorization: `Bearer ${token}` }),
            ...(text !== undefined && {
              "content-type": "application/json",
              "content-length": String(ENCODER.encode(text).length),
            }),
          },
          ...(text !== undefined && { body: text }),
        });
        server.process.enter(() => {
          void this.#read(server.handler(request, this.#info())).then((reply) => {
            forget();
            this.#later(() => end(reply));
          });
        });
      });
    });
  }

  /** Connects a WebSocket; `ears` are told when that fails. */
  connect(host: string, ears: ClientSocketEars): ClientSocket {
    let isOver = false;
    const end = (code: number): void => {
      if (isOver) return;
      isOver = true;
      ears.onEnd(code);
    };
    const inOrder = this.#openQueue();
    // What is sent before the connection is open goes as soon as it is.
    const early: string[] = [];
    let deliver = (text: string): void => void early.push(text);
    let hangUp: () => void = () => {};
    this.#later(() => {
      const server = this.#network.server(host, GATEWAY_PORT);
      if (server === undefined) return this.#later(() => end(UNHEARD_END));
      const { process } = server;
      process.onDeath(() => {
        if (this.#rng.below(UNTOLD_OF) === 0) return;
        this.#world.after(this.#rng.below(LOST_AT_DEATH_MS_MAX), () => end(UNHEARD_END));
      });
      process.enter(() => {
        const request = new Request(`http://${host}:${GATEWAY_PORT}/ws`, {
          headers: { upgrade: "websocket" },
        });
        void Promise.resolve(server.handler(request, this.#info())).then(() => {
          const socket = this.#network.takeUpgrade(request);
          if (socket === undefined) return this.#later(() => end(UNHEARD_END));
          const down = this.#openQueue();
          socket.connect({
            onFrame: (text) =>
              down(() => {
                if (!isOver) ears.onFrame(tryJsonObject(tryParseJson(text)) ?? {});
              }),
            onEnd: (code) => down(() => end(code)),
          });
          deliver = (text) => process.enter(() => socket.receive(text));
          for (const text of early) deliver(text);
          hangUp = () => process.enter(() => socket.receiveEnd());
          if (isOver) hangUp();
        });
      });
    });
    return {
      send: (frame) => {
        const text = JSON.stringify(frame);
        inOrder(() => deliver(text));
      },
      hangUp: () => {
        isOver = true;
        inOrder(() => hangUp());
      },
    };
  }

  async #read(response: Response | Promise<Response>): Promise<ClientReply> {
    try {
      const { status, ...rest } = { status: (await response).status, response: await response };
      return { status, body: tryJsonObject(tryParseJson(await rest.response.text())) ?? {} };
    } catch {
      // A handler that throws leaves no response: the server would hang up.
      return NO_REPLY;
    }
  }

  #info(): Deno.ServeHandlerInfo<Deno.NetAddr> {
    const remoteAddr = { transport: "tcp", hostname: this.#ip, port: 40_000 } as const;
    return { remoteAddr, completed: Promise.resolve() };
  }

  #later(step: () => void): void {
    this.#world.after(this.#drawDelayMs(), step);
  }

  /** What is put in comes out after a while, in the same order. */
  #openQueue(): (step: () => void) => void {
    let busyUntilMs = 0;
    return (step) => {
      const nowMs = this.#world.monotonicMs();
      busyUntilMs = Math.max(busyUntilMs, nowMs + this.#drawDelayMs());
      this.#world.after(busyUntilMs - nowMs, step);
    };
  }

  #drawDelayMs(): number {
    return DELAY_MS_MIN + this.#rng.below(DELAY_MS_MAX - DELAY_MS_MIN + 1);
  }
}
