import type { AddressToken } from "../core/net/address_token.ts";
import type { UdpSource } from "../core/net/udp_source.ts";
import type { Sender } from "./message_handler.ts";
import type { MatchMove, PlayerLink } from "./player_link.ts";
import { kickedMessage, matchMovedMessage } from "./wire/json_reply.ts";

/** What a peer works with. */
export interface UdpPeerOptions {
  /** Sends, if it can; must not throw. The bytes are the callee's from then on. */
  readonly send: (datagram: Uint8Array, to: UdpSource) => void;
  /** Makes and checks the challenges that prove a sender's address. */
  readonly addressToken: AddressToken;
  /** Told when the first player is at the peer's end, and when the last has gone. */
  readonly onPlayers: (peer: UdpPeer, arePresent: boolean) => void;
}

const encoder = new TextEncoder();

/** The far end of datagrams: who sent one, and the way back. */
export class UdpPeer implements Sender, PlayerLink {
  /** An IP address. */
  readonly hostname: string;
  /** A port of it. */
  readonly port: number;
  /** `udp:<hostname>:<port>`. */
  readonly address: string;
  readonly transport = "udp";
  readonly wantsState = true;
  readonly accountId: undefined = undefined;
  readonly username: undefined = undefined;
  readonly #options: UdpPeerOptions;
  #playerCount = 0;

  /** Nobody plays there yet. */
  constructor(from: UdpSource, options: UdpPeerOptions) {
    this.hostname = from.hostname;
    this.port = from.port;
    this.address = `udp:${from.hostname}:${from.port}`;
    this.#options = options;
  }

  /** Whether somebody plays there. */
  get hasPlayers(): boolean {
    return this.#playerCount > 0;
  }

  attach(): void {
    this.#playerCount++;
    if (this.#playerCount === 1) this.#options.onPlayers(this, true);
  }

  detach(): void {
    this.#playerCount--;
    if (this.#playerCount === 0) this.#options.onPlayers(this, false);
  }

  send(message: string): void {
    this.#options.send(encoder.encode(message), this);
  }

  tellMoved(move: MatchMove): void {
    this.send(matchMovedMessage(move));
  }

  tellKicked(matchId: string): void {
    this.send(kickedMessage(matchId));
  }

  openLink(): PlayerLink {
    return this;
  }

  issueChallenge(): string {
    const { addressToken } = this.#options;
    return addressToken.issue(this.hostname, this.port).toBase64({ alphabet: "base64url" });
  }

  isProven(challenge: string | undefined): boolean {
    const token = challenge === undefined ? undefined : tryBase64Url(challenge);
    return token !== undefined &&
      this.#options.addressToken.verify(token, this.hostname, this.port);
  }
}

function tryBase64Url(text: string): Uint8Array | undefined {
  try {
    return Uint8Array.fromBase64(text, { alphabet: "base64url" });
  } catch {
    // fromBase64 throws nothing but SyntaxError: the text came from outside.
    return undefined;
  }
}
