import { assertEquals } from "@std/assert";
import type { JsonObject } from "../../core/json.ts";
import { eventually } from "../contract/eventually.ts";
import { RECORDED_MATCH_ID, recordMatch } from "../fixtures/recorded_match.ts";
import type { GatewaySystem } from "./gateway_system.ts";

/** How long the match of {@linkcode storeReplay} is: a minute. */
export const RECORDED_TICKS = 1_800;
/** How long the types of the thread that makes replays may be looked at, in milliseconds. */
const LOAD_MS_MAX = 60_000;

type ReplaySystem = Pick<GatewaySystem, "clients" | "ports">;

/** Writes a recording into the log under a name, as the game server would have. */
export async function storeRecording(
  { ports: { eventLog } }: Pick<ReplaySystem, "ports">,
  { matchId, events }: { readonly matchId: string; readonly events: readonly JsonObject[] },
): Promise<void> {
  for (const event of events) {
    const value = { ...event, match_id: matchId };
    eventLog.append({ topic: "match_inputs", key: matchId, value });
  }
  await eventLog.flush();
}

/**
 * Has the types of the thread that makes replays looked at, which happens when a test loads it for the first
 * time, and may take longer than a replay may; resolves to the id of a match that is replayed by then.
 */
export async function loadReplayThread(system: ReplaySystem): Promise<string> {
  const [{ url }] = system.clients;
  const matchId = "short";
  const { events } = recordMatch({ seed: 5, ticks: 1, botCount: 1, endReason: "match_over" });
  await storeRecording(system, { matchId, events });
  await eventually(async () => {
    const response = await fetch(`${url}/replays/${matchId}`);
    await response.body?.cancel();
    assertEquals(response.status, 200);
  }, LOAD_MS_MAX);
  return matchId;
}

/** Writes a minute of six bots into the log; resolves to its scores by team. */
export async function storeReplay(
  system: ReplaySystem,
): Promise<Readonly<Record<string, number>>> {
  await loadReplayThread(system);
  const { events, world } = recordMatch({
    seed: 5,
    ticks: RECORDED_TICKS,
    botCount: 6,
    endReason: "match_over",
  });
  await storeRecording(system, { matchId: RECORDED_MATCH_ID, events });
  return { 1: world.scores[1] ?? 0, 2: world.scores[2] ?? 0 };
}
