import { type Clock, sleep } from "../../core/clock.ts";
import { type JsonObject, tryJsonObject } from "../../core/json.ts";
import { type GatewayRest, refusalOf, type RestReply } from "./gateway_rest.ts";
import type { LoadTarget } from "./load_options.ts";
import { accept, refuse, type Reply } from "./reply.ts";

/** A match that was found. */
export interface FoundPlace {
  /** Names it. */
  readonly matchId: string;
  /** Lets its bearer in, once. */
  readonly token: string;
  /** The game server's datagrams. */
  readonly udp: LoadTarget;
}

/** Who looks for a match. */
export interface Seeker {
  /** The account. */
  readonly accountId: string;
  /** Its access token. */
  readonly token: string;
  /** What it wants to play; what the server takes for granted if undefined. */
  readonly mode: string | undefined;
}

const DEFAULT_MODE = "team";
/** A search is asked after so often. */
const ASK_EVERY_MS = 500;
/** And given up after this long. */
const SEARCH_MS_MAX = 90_000;
const WAITS = 202;

/** Asks the matchmaker, through a gateway, until there is a match. */
export async function findMatch(
  rest: GatewayRest,
  seeker: Seeker,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<Reply<FoundPlace>> {
  const { accountId, token, mode = DEFAULT_MODE } = seeker;
  const body = { user_id: accountId, game_mode: mode };
  let asked = await rest.ask("/matchmaking/find", { body, token, signal });
  const giveUpMs = clock.monotonicMs() + SEARCH_MS_MAX;
  while (asked.ok && asked.value.status === WAITS) {
    const { search_id: searchId } = asked.value.body;
    if (typeof searchId !== "string") return refuse("bad_reply");
    if (clock.monotonicMs() >= giveUpMs) return refuse("no_match");
    try {
      await sleep(clock, ASK_EVERY_MS, signal);
    } catch {
      // The round ends; the search ends by itself when nobody asks after it.
      return refuse("no_match");
    }
    const path = `/matchmaking/search/${encodeURIComponent(searchId)}`;
    asked = await rest.ask(path, { token, signal });
  }
  return asked.ok ? readPlace(asked.value) : asked;
}

function readPlace(reply: RestReply): Reply<FoundPlace> {
  const code = tryJsonObject(reply.body.error)?.code;
  if (code === "no_servers") return refuse("no_servers");
  if (code === "no_opponents") return refuse("no_match");
  if (reply.status !== 200) return refuse(refusalOf(reply, "find_refused"));
  const place = tryReadPlace(reply.body);
  return place ? accept(place) : refuse("bad_reply");
}

function tryReadPlace(body: JsonObject): FoundPlace | undefined {
  const { match_id: matchId, token } = body;
  const { host, port } = tryJsonObject(body.udp) ?? {};
  const isPlace = typeof matchId === "string" && typeof token === "string" &&
    typeof host === "string" && typeof port === "number";
  return isPlace ? { matchId, token, udp: { hostname: host, port } } : undefined;
}
