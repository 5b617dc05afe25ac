import type { ClientEvent } from "../../game/client/client_event.ts";
import type { BinaryClient, BinaryClientOptions } from "../../game/client/binary_client.ts";
import { type OpenedClient, openUdpClient } from "../../game/client/open_udp_client.ts";
import type { TankInput } from "../../game/simulation/tank_input.ts";
import { frameHash } from "../../game/wire/frame_hash.ts";

/** After which a wait has failed; far longer than what is waited for takes. */
const DEADLINE_MS = 30_000;

/** Drives, turns and fires. */
export const AHEAD: TankInput = { throttle: 127, turn: 25, turret: 12_000, fire: true };

/** Holds nothing down. */
export const STILL: TankInput = { throttle: 0, turn: 0, turret: 12_000, fire: false };

/** Where a service or a relay takes datagrams. */
export interface UdpAddress {
  /** An IP address. */
  readonly hostname: string;
  /** 1..65535 */
  readonly port: number;
}

/** A player with the binary protocol, on a socket of its own. */
export interface BinaryPlayer extends OpenedClient<BinaryClient> {
  /** All that the client told. */
  readonly events: ClientEvent[];
  /** The fingerprint of each snapshot that was complete, by tick. */
  readonly hashes: ReadonlyMap<number, string>;
  /** Waits for something to be so, which is looked at whenever something happens. */
  until(what: string, isSo: () => boolean): Promise<void>;
  /** The state, or why it ended. */
  readonly doing: string;
}

/** Opens a player; the client is idle. */
export function openBinaryPlayer(
  server: UdpAddress,
  options: Omit<BinaryClientOptions, "randomBytes">,
): BinaryPlayer {
  const opened = openUdpClient({ ...options, server, protocol: "binary" });
  const { client, core } = opened;
  const events: ClientEvent[] = [];
  const hashes = new Map<number, string>();
  client.on((event) => {
    events.push(event);
    const { snapshot, layout } = core;
    if (event.kind !== "snapshot" || snapshot?.tick !== event.tick || layout === undefined) return;
    hashes.set(event.tick, frameHash(snapshot, layout));
  });
  return {
    ...opened,
    events,
    hashes,
    get doing(): string {
      return client.state.kind === "ended" ? client.state.reason : client.state.kind;
    },
    async until(what, isSo): Promise<void> {
      const deadline = AbortSignal.timeout(DEADLINE_MS);
      try {
        await client.until(isSo, deadline);
      } catch (error) {
        throw new Error(`Waited in vain for ${what}; the client is ${this.doing}`, {
          cause: error,
        });
      }
    },
  };
}

/** Opens a player and waits until it plays and sees a snapshot. */
export async function playBinary(
  server: UdpAddress,
  options: Omit<BinaryClientOptions, "randomBytes">,
): Promise<BinaryPlayer> {
  const player = openBinaryPlayer(server, options);
  player.client.join();
  try {
    await player.until("a first snapshot", () => player.hashes.size > 0);
    return player;
  } catch (error) {
    await player.client.close();
    throw error;
  }
}
