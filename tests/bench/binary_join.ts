import { isTagGood, tagKeyFrom } from "../../core/net/datagram_tag.ts";
import {
  AGREEMENT_KEY_BYTES,
  agreementKeysFrom,
  SESSION_NONCE_BYTES,
  tryDeriveSessionKeys,
} from "../../core/net/session_keys.ts";
import {
  DATAGRAM_BYTES_MAX,
  DATAGRAM_TYPES,
  newHeader,
  payloadEnd,
  readHeader,
} from "../../game/wire/datagram.ts";
import { encodeHello, tryDecodeChallenge } from "../../game/wire/hello_message.ts";
import { encodeJoin } from "../../game/wire/join_message.ts";
import { tryDecodeRefused } from "../../game/wire/refused_message.ts";
import { tryDecodeWelcome } from "../../game/wire/welcome_message.ts";
import type { Address } from "../fuzz/service_process.ts";

/** A connection of the binary protocol, to be gone on with from the same port. */
export interface JoinedPlayer {
  /** The client's own port. */
  readonly port: number;
  /** Unsigned 32-bit. */
  readonly connectionId: number;
  /** Tags what the client sends. */
  readonly sendKey: Uint8Array;
  /** Tags what it is sent. */
  readonly receiveKey: Uint8Array;
  /** The match that it is in. */
  readonly matchId: string;
  /** Frees the port; held until everybody has joined, or the system would give it to somebody else. */
  release(): void;
}

const TRIES_MAX = 20;
const TRY_MS = 500;

/** Joins a guest from a new port of the loopback interface. @throws Error if refused */
export async function joinGuest(
  server: Address,
  playerId: string,
  mode: string,
): Promise<JoinedPlayer> {
  const socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  try {
    const nonce = crypto.getRandomValues(new Uint8Array(SESSION_NONCE_BYTES));
    const keys = agreementKeysFrom(crypto.getRandomValues(new Uint8Array(AGREEMENT_KEY_BYTES)));
    const out = new Uint8Array(DATAGRAM_BYTES_MAX);
    const exchange = new Exchange(socket, server);
    const hello = encodeHello({ clientNonce: nonce }, out);
    const challenge = await exchange.ask(out.slice(0, hello), DATAGRAM_TYPES.challenge);
    const decoded = tryDecodeChallenge(challenge);
    if (!decoded.ok) throw new Error(`Cannot join: CHALLENGE is ${decoded.reason}`);
    const length = encodeJoin({
      clientNonce: nonce,
      challengeToken: decoded.message.challengeToken,
      clientPublicKey: keys.publicKey,
      credential: { kind: "guest" },
      playerId,
      matchId: "",
      mode,
    }, out);
    const bytes = await exchange.ask(out.slice(0, length), DATAGRAM_TYPES.welcome);
    const welcome = tryDecodeWelcome(bytes, payloadEnd(DATAGRAM_TYPES.welcome, bytes.length));
    if (!welcome.ok) throw new Error(`Cannot join: WELCOME is ${welcome.reason}`);
    const { serverNonce, serverPublicKey, matchId } = welcome.message;
    const session = tryDeriveSessionKeys(keys, {
      clientNonce: nonce,
      serverNonce,
      clientPublicKey: keys.publicKey,
      serverPublicKey,
    });
    if (session === undefined) throw new Error("Cannot join: the server's key is none");
    if (!isTagGood(tagKeyFrom(session.serverToClient), bytes, { epoch: 0 })) {
      throw new Error("Cannot join: bad tag");
    }
    const { addr } = socket;
    return {
      port: addr.transport === "udp" ? addr.port : 0,
      connectionId: exchange.connectionId,
      sendKey: session.clientToServer,
      receiveKey: session.serverToClient,
      matchId,
      release: () => socket.close(),
    };
  } catch (error) {
    socket.close();
    throw error;
  }
}

/** A request that is repeated until it is answered. */
class Exchange {
  readonly #socket: Deno.DatagramConn;
  readonly #server: Deno.NetAddr;
  readonly #header = newHeader();

  constructor(socket: Deno.DatagramConn, server: Address) {
    this.#socket = socket;
    this.#server = { transport: "udp", ...server };
  }

  get connectionId(): number {
    return this.#header.connectionId;
  }

  /** Sends until a datagram of the wanted type comes. @throws Error where it is refused or none comes */
  async ask(request: Uint8Array, wanted: number): Promise<Uint8Array> {
    let isAnswered = false;
    const repeat = async (): Promise<void> => {
      for (let tries = 0; tries < TRIES_MAX && !isAnswered; tries++) {
        await this.#socket.send(request, this.#server);
        const { promise, resolve } = Promise.withResolvers<void>();
        const timer = setTimeout(resolve, TRY_MS);
        this.#wake = (): void => {
          clearTimeout(timer);
          resolve();
        };
        await promise;
      }
    };
    const repeating = repeat();
    try {
      for (;;) {
        const [bytes] = await this.#socket.receive(new Uint8Array(DATAGRAM_BYTES_MAX));
        if (readHeader(bytes, "server", this.#header) !== undefined) continue;
        if (this.#header.type === DATAGRAM_TYPES.refused) {
          const refused = tryDecodeRefused(bytes);
          throw new Error(`Cannot join: ${refused.ok ? refused.message.reason : "refused"}`);
        }
        if (this.#header.type === wanted) return bytes.slice();
      }
    } finally {
      isAnswered = true;
      this.#wake();
      await repeating;
    }
  }

  #wake: () => void = () => {};
}
