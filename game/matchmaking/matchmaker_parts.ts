import { AuthClient } from "../../core/auth/auth_client.ts";
import { revocationCheck } from "../../core/auth/revocation.ts";
import { TokenVerifier } from "../../core/auth/token_verifier.ts";
import { newMatchId } from "../../core/protocol/match_id.ts";
import type { ServerStatus } from "../../core/protocol/server_status.ts";
import { Rng } from "../../core/rng.ts";
import type { Ports, ServiceContext } from "../../core/service.ts";
import type { MatchmakerConfig } from "./config.ts";
import { type ClientPlace, FindService } from "./find_service.ts";
import type { Position } from "./geo.ts";
import type { GeoIp } from "./geo_ip.ts";
import { LeaderRelay } from "./leader_relay.ts";
import { Leadership } from "./leadership.ts";
import { Matchmaker } from "./matchmaker.ts";
import { type MatchmakerMetrics, openMatchmakerMetrics } from "./matchmaker_metrics.ts";
import { OpenMatches } from "./open_matches.ts";
import { RatingStore } from "./rating_store.ts";
import { ServerRegistry } from "./registry.ts";
import { Reservations } from "./reservations.ts";
import { SearchEvents } from "./search_events.ts";
import { Searches } from "./searches.ts";
import { SearchStore } from "./search_store.ts";
import { openSkillSource } from "./skill_source.ts";

/** The ports that a matchmaker needs. */
export const MATCHMAKER_PORTS = [
  "rpc",
  "pubSub",
  "kvStore",
  "workQueue",
  "eventLog",
  "database",
] as const satisfies (keyof Ports)[];

/** What a matchmaker is given. */
export type MatchmakerDeps = ServiceContext & Pick<Ports, typeof MATCHMAKER_PORTS[number]>;

const SERVERS_MAX = 1_000;
const OPEN_MATCHES_MAX = 50_000;
const SEARCHES_MAX = 50_000;
/** How long a match takes more players: who came first waits no longer for company. */
const MATCH_OPEN_MS = 20_000;

/** What the parts of a running matchmaker share. */
export interface MatchmakerParts {
  /** The game servers that are there. */
  readonly registry: ServerRegistry;
  /** What is promised on them. */
  readonly reservations: Reservations;
  /** What is counted. */
  readonly metrics: MatchmakerMetrics;
  /** Has matches prepared, and lets players in. */
  readonly matchmaker: Matchmaker;
  /** Who waits for a match. */
  readonly searches: Searches;
  /** Tells others of them. */
  readonly events: SearchEvents;
  /** Says whether this matchmaker decides. */
  readonly leadership: Leadership;
  /** Answers, here or where the leader is. */
  readonly relay: LeaderRelay;
  /** How good accounts are. */
  readonly ratings: RatingStore;
}

/** Makes everything but the sockets; nothing runs yet. */
export function openMatchmakerParts(
  config: MatchmakerConfig,
  deps: MatchmakerDeps,
  { geoIp }: { readonly geoIp: GeoIp },
): MatchmakerParts {
  const { pubSub, kvStore, clock, log } = deps;
  const registry = new ServerRegistry({
    clock,
    timeoutMs: config.serverTimeoutMs,
    serversMax: SERVERS_MAX,
  });
  const matches = new OpenMatches({ clock, openMs: MATCH_OPEN_MS, matchesMax: OPEN_MATCHES_MAX });
  const reservations = new Reservations({ clock });
  const metrics = openMatchmakerMetrics(deps.metrics, {
    servers: () => registry.alive().length,
    openMatches: () => matches.count,
    searches: () => searches.count,
    isLeader: () => leadership.isLeader,
  });
  const rng = new Rng(crypto.getRandomValues(new Uint32Array(1))[0] ?? 0);
  const matchmaker = new Matchmaker({
    registry,
    matches,
    reservations,
    locate: (status) => locateServer(status, config, geoIp),
    random: () => rng.nextU32() / 0x1_0000_0000,
    newId: () => newMatchId({ nowMs: clock.nowMs(), randomBytes }),
    pubSub,
    kvStore,
    clock,
    log,
    metrics,
    websocketUrl: config.websocketUrl,
    randomBytes,
  });
  const ratings = new RatingStore({ database: deps.database, kvStore, clock });
  const events = openEvents(config, deps, metrics);
  const store = new SearchStore({
    kvStore,
    log,
    failed: metrics.searchesNotKept,
    modes: config.modes,
    searchesMax: SEARCHES_MAX,
  });
  const searches = new Searches({
    matchmaker,
    store,
    events,
    skill: openSkillSource({ store: ratings, log, metrics }),
    clock,
    log,
    newId,
    metrics,
    searchesMax: SEARCHES_MAX,
  });
  const id = newId();
  const leadership: Leadership = new Leadership({
    kvStore,
    clock,
    log,
    id,
    onGain: async () => {
      const kept = await store.load(clock.nowMs());
      // By now another may go on with them.
      if (leadership.isLeader) searches.adopt(kept);
    },
    onLose: () => searches.clear(),
  });
  const service = new FindService({
    verifier: openVerifier(deps),
    matchmaker,
    searches,
    modes: config.modes,
    locate: (client) => locateClient(client, config, geoIp),
    clock,
    metrics,
  });
  const answer: FindService["answer"] = (request) => service.answer(request);
  const relay = new LeaderRelay({ pubSub, leadership, id, answer, clock, log, metrics });
  const tables = { registry, reservations, metrics, matchmaker, searches, events };
  return { ...tables, leadership, relay, ratings };
}

function openEvents(
  { serverId }: MatchmakerConfig,
  { workQueue, clock, log }: MatchmakerDeps,
  { searchEventsDropped: dropped }: MatchmakerMetrics,
): SearchEvents {
  return new SearchEvents({ workQueue, clock, serverId, newId, log, dropped });
}

/** Says whom a token stands for; remembers whom it has asked about for a while. */
export function openVerifier({ rpc, kvStore, clock, log }: MatchmakerDeps): TokenVerifier {
  const auth = new AuthClient({ rpc });
  const isRevoked = revocationCheck(kvStore);
  const fetchKeys = (): ReturnType<AuthClient["fetchKeys"]> => auth.fetchKeys();
  return new TokenVerifier({ fetchKeys, isRevoked, clock, log });
}

/** A server's region is what its operator says; its address may be that of a balancer. */
function locateServer(
  { region, publicIp }: ServerStatus,
  { regions }: MatchmakerConfig,
  geoIp: GeoIp,
): Position | undefined {
  return regions.get(region) ?? (publicIp === undefined ? undefined : geoIp.find(publicIp));
}

/** A client's address says more than the region that it names; on a network of its own it says nothing. */
export function locateClient(
  { ip, region }: ClientPlace,
  { regions }: MatchmakerConfig,
  geoIp: GeoIp,
): Position | undefined {
  const position = ip === undefined ? undefined : geoIp.find(ip);
  return position ?? (region === undefined ? undefined : regions.get(region));
}

function randomBytes(size: number): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(size));
}

function newId(): string {
  return crypto.randomUUID();
}
