import { type Clock, systemClock } from "../../core/clock.ts";
import { BinaryClient, type BinaryClientOptions } from "./binary_client.ts";
import type { ClientCore } from "./client_core.ts";
import { GameClient } from "./game_client.ts";
import { JsonClient, type JsonClientOptions } from "./json_client.ts";
import { openUdpTransport, type ServerAddress } from "./udp_transport.ts";

/** How a client over UDP is opened. */
export type UdpClientOptions =
  & {
    /** Where the game server takes datagrams. */
    readonly server: ServerAddress;
    /** The machine's by default. */
    readonly clock?: Clock;
  }
  & (
    | ({ readonly protocol: "json" } & JsonClientOptions)
    | ({ readonly protocol: "binary" } & Omit<BinaryClientOptions, "randomBytes">)
  );

/** A client, and what speaks its protocol, which can say more of itself. */
export interface OpenedClient<Core extends ClientCore> {
  /** Joins, plays and leaves. */
  readonly client: GameClient;
  /** What it runs; to be looked at only. */
  readonly core: Core;
}

/**
 * Opens a client on a UDP socket of its own; it is idle until `join`.
 *
 * @throws RangeError when an option breaks its bounds, or an error of the system when it gives no socket
 */
export function openUdpClient(
  options: UdpClientOptions & { readonly protocol: "binary" },
): OpenedClient<BinaryClient>;
/** The same in JSON. */
export function openUdpClient(
  options: UdpClientOptions & { readonly protocol: "json" },
): OpenedClient<JsonClient>;
export function openUdpClient(options: UdpClientOptions): OpenedClient<ClientCore> {
  const { server, clock = systemClock } = options;
  const core = options.protocol === "json"
    ? new JsonClient(options)
    : new BinaryClient({ ...options, randomBytes });
  const openTransport = openUdpTransport.bind(undefined, server);
  return { core, client: new GameClient({ core, clock, openTransport }) };
}

function randomBytes(count: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(count));
}
