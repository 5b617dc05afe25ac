import { tagKeyFrom } from "../../core/net/datagram_tag.ts";
import {
  AGREEMENT_KEY_BYTES,
  type AgreementKeys,
  agreementKeysFrom,
  tryDeriveSessionKeys,
} from "../../core/net/session_keys.ts";
import { DATAGRAM_BYTES_MAX, type DatagramHeader, payloadEnd } from "../wire/datagram.ts";
import {
  CHALLENGE_TOKEN_BYTES,
  encodeHello,
  NONCE_BYTES,
  tryDecodeChallenge,
} from "../wire/hello_message.ts";
import { type Credential, encodeJoin, PUBLIC_KEY_BYTES } from "../wire/join_message.ts";
import { type JoinRefusal, tryDecodeRefused } from "../wire/refused_message.ts";
import { tryDecodeWelcome, type WelcomeMessage } from "../wire/welcome_message.ts";
import type { ClientDrop } from "./client_drops.ts";
import { DatagramChannel } from "./datagram_channel.ts";
import { RetryTimer } from "./retry_timer.ts";

/** Who joins, and where. */
export interface JoinRequest {
  /** By what right. */
  readonly credential: Credential;
  /** 1..64 characters. */
  readonly playerId: string;
  /** The match to join; empty: any of `mode`. */
  readonly matchId: string;
  /** The mode to play; empty: the server's default. */
  readonly mode: string;
}

/** What a datagram meant for a handshake. */
export type HandshakeStep =
  /** It goes on. */
  | { readonly kind: "on" }
  /** It has led to a connection. */
  | {
    readonly kind: "welcomed";
    readonly welcome: WelcomeMessage;
    readonly channel: DatagramChannel;
  }
  /** The server has refused. */
  | { readonly kind: "refused"; readonly reason: JoinRefusal; readonly retryAfterMs: number }
  /** The datagram is not one of this handshake, and has changed nothing. */
  | { readonly kind: "ignored"; readonly reason: ClientDrop };

const RETRY = { firstMs: 250, longestMs: 1_000 };
/** WELCOMEs that are looked at closely in one attempt: each costs a key agreement. */
const AGREEMENTS_MAX = 32;
/** Attempts that ended because the address had to be proven again, at most. */
const CHALLENGES_EXPIRED_MAX = 8;
const ON: HandshakeStep = { kind: "on" };

/** One attempt: its nonce and key are never used again. */
interface Attempt {
  readonly clientNonce: Uint8Array;
  readonly keys: AgreementKeys;
  /** Undefined until the server has sent it. */
  challengeToken: Uint8Array | undefined;
  agreements: number;
}

/**
 * The way into a match: HELLO until a CHALLENGE comes, then JOIN until WELCOME or REFUSED, each repeated with
 * growing pauses. The same JOIN is repeated for as long as its challenge is good, so that a join whose answer
 * was lost is answered again and not made twice.
 */
export class Handshake {
  readonly #request: JoinRequest;
  readonly #randomBytes: (count: number) => Uint8Array;
  readonly #retry: RetryTimer;
  #attempt: Attempt;
  #expired = 0;

  /** Sends nothing before `advance`. The request is one that {@linkcode checkJoinRequest} lets pass. */
  constructor(
    request: JoinRequest,
    options: { readonly randomBytes: (count: number) => Uint8Array; readonly nowMs: number },
  ) {
    this.#request = request;
    this.#randomBytes = options.randomBytes;
    this.#attempt = this.#newAttempt();
    this.#retry = new RetryTimer(RETRY, options.nowMs);
  }

  /** When the next datagram is to be sent. */
  get dueMs(): number {
    return this.#retry.dueMs;
  }

  /** The datagram that is due, if one is. */
  advance(nowMs: number): Uint8Array | undefined {
    if (!this.#retry.take(nowMs)) return undefined;
    const datagram = new Uint8Array(DATAGRAM_BYTES_MAX);
    const { clientNonce, challengeToken, keys } = this.#attempt;
    const length = challengeToken === undefined
      ? encodeHello({ clientNonce }, datagram)
      : encodeJoin({
        ...this.#request,
        clientNonce,
        challengeToken,
        clientPublicKey: keys.publicKey,
      }, datagram);
    return datagram.slice(0, length);
  }

  /** Takes a CHALLENGE. */
  onChallenge(bytes: Uint8Array, nowMs: number): HandshakeStep {
    const challenge = tryDecodeChallenge(bytes);
    if (!challenge.ok) return ignored(challenge.reason);
    const { clientNonce, challengeToken } = challenge.message;
    const attempt = this.#attempt;
    const isWanted = attempt.challengeToken === undefined &&
      isEqual(clientNonce, attempt.clientNonce);
    if (!isWanted) return ignored("unexpected");
    attempt.challengeToken = challengeToken;
    this.#retry.restart(nowMs);
    return ON;
  }

  /** Takes a REFUSED. */
  onRefused(bytes: Uint8Array, nowMs: number): HandshakeStep {
    const refused = tryDecodeRefused(bytes);
    if (!refused.ok) return ignored(refused.reason);
    const { clientNonce, reason, retryAfterMs } = refused.message;
    if (!isEqual(clientNonce, this.#attempt.clientNonce)) return ignored("unexpected");
    if (reason !== "challenge_expired" || ++this.#expired > CHALLENGES_EXPIRED_MAX) {
      return { kind: "refused", reason, retryAfterMs };
    }
    this.#attempt = this.#newAttempt();
    // At once the first time, when the address may have changed; then not faster than what is lost.
    if (this.#expired === 1) this.#retry.restart(nowMs);
    return ON;
  }

  /** Takes a WELCOME, whose tag proves that its sender has the key that it names. */
  onWelcome(bytes: Uint8Array, header: DatagramHeader): HandshakeStep {
    const welcome = tryDecodeWelcome(bytes, payloadEnd(header.type, bytes.length));
    if (!welcome.ok) return ignored(welcome.reason);
    const { clientNonce, serverNonce, serverPublicKey } = welcome.message;
    const attempt = this.#attempt;
    const isWanted = attempt.challengeToken !== undefined &&
      isEqual(clientNonce, attempt.clientNonce);
    if (!isWanted) return ignored("unexpected");
    if (++attempt.agreements > AGREEMENTS_MAX) return ignored("bad_tag");
    const keys = tryDeriveSessionKeys(attempt.keys, {
      clientNonce,
      serverNonce,
      clientPublicKey: attempt.keys.publicKey,
      serverPublicKey,
    });
    if (keys === undefined) return ignored("bad_tag");
    const channel = new DatagramChannel({
      connectionId: header.connectionId,
      sendKey: tagKeyFrom(keys.clientToServer),
      receiveKey: tagKeyFrom(keys.serverToClient),
    });
    const refusal = channel.accept(bytes, header);
    if (refusal !== undefined) return ignored(refusal);
    return { kind: "welcomed", welcome: welcome.message, channel };
  }

  #newAttempt(): Attempt {
    return {
      clientNonce: this.#randomBytes(NONCE_BYTES),
      keys: agreementKeysFrom(this.#randomBytes(AGREEMENT_KEY_BYTES)),
      challengeToken: undefined,
      agreements: 0,
    };
  }
}

/** Finds out whether a request can be sent. @throws RangeError where it breaks a bound */
export function checkJoinRequest(request: JoinRequest): void {
  encodeJoin({
    ...request,
    clientNonce: new Uint8Array(NONCE_BYTES),
    challengeToken: new Uint8Array(CHALLENGE_TOKEN_BYTES),
    clientPublicKey: new Uint8Array(PUBLIC_KEY_BYTES),
  }, new Uint8Array(DATAGRAM_BYTES_MAX));
}

function ignored(reason: ClientDrop): HandshakeStep {
  return { kind: "ignored", reason };
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
