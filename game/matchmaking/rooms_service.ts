import { tryJsonObject } from "../../core/json.ts";
import type { Subscription } from "../../core/ports/subscription.ts";
import { ROOMS_RPC_SERVICE } from "../../core/protocol/room_messages.ts";
import { RoomDirectory } from "../rooms/room_directory.ts";
import type { MatchmakerConfig } from "./config.ts";
import type { GeoIp } from "./geo_ip.ts";
import {
  locateClient,
  type MatchmakerDeps,
  type MatchmakerParts,
  openVerifier,
} from "./matchmaker_parts.ts";
import { RoomEvents } from "./room_events.ts";
import { RoomGuesses } from "./room_guesses.ts";
import { openRoomMetrics } from "./room_metrics.ts";
import { Rooms } from "./rooms.ts";

/** How often rooms are looked for whose time has come, in milliseconds. */
const EXPIRE_PERIOD_MS = 5_000;

/** What rooms share with the rest of the matchmaker. */
export interface RoomsServiceOptions {
  /** The matchmaker's settings. */
  readonly config: MatchmakerConfig;
  /** The matchmaker's other parts. */
  readonly parts: Pick<MatchmakerParts, "matchmaker">;
  /** Where addresses are. */
  readonly geoIp: GeoIp;
}

/**
 * Serves private rooms over `Rpc`. Any matchmaker answers: rooms are in the store, and a game server that has
 * promised too much to several matchmakers refuses, upon which the next one is asked.
 */
export async function serveRooms(
  deps: MatchmakerDeps,
  { config, parts, geoIp }: RoomsServiceOptions,
): Promise<Subscription> {
  const { rpc, kvStore, workQueue, clock, log } = deps;
  const { serverId } = config;
  const metrics = openRoomMetrics(deps.metrics);
  const dropped = metrics.eventsDropped;
  const events = new RoomEvents({ workQueue, clock, serverId, newId, log, dropped });
  const rooms = new Rooms({
    directory: new RoomDirectory({ kvStore, clock, newId }),
    guesses: new RoomGuesses(kvStore),
    verifier: openVerifier(deps),
    matchmaker: parts.matchmaker,
    locate: (client) => locateClient(client, config, geoIp),
    events,
    moment: () => ({ nowMs: clock.nowMs(), startId: newId() }),
    randomBytes: (size) => crypto.getRandomValues(new Uint8Array(size)),
    log,
    metrics,
  });
  const served = await rpc.serve(ROOMS_RPC_SERVICE, async (request) => ({
    ...await rooms.answer(tryJsonObject(request) ?? {}),
  }));
  let expiring = Promise.resolve();
  let isExpiring = false;
  const stopExpiring = clock.every(EXPIRE_PERIOD_MS, () => {
    if (isExpiring) return;
    isExpiring = true;
    expiring = rooms.expire().finally(() => isExpiring = false);
  });
  return {
    close: async () => {
      stopExpiring();
      await served.close();
      await expiring;
      await events.close();
    },
  };
}

function newId(): string {
  return crypto.randomUUID();
}
