/** Whoever plays through a gateway does not notice that it plays a match again for somebody else. */
import { assert, assertEquals } from "@std/assert";
import { sleep, systemClock } from "../../core/clock.ts";
import { parseJsonObject, textAt } from "../clients/json_fields.ts";
import { recordMatch } from "../fixtures/recorded_match.ts";
import { type GatewaySystem, withGateways } from "./gateway_system.ts";
import { enlist, find, untilServersHeard } from "./matchmaking_system.ts";
import { loadReplayThread, storeRecording } from "./web_recording.ts";

/** Five minutes of ten tanks. */
const MATCH = { seed: 7, ticks: 9_000, botCount: 10, endReason: "match_over" };
/** States come every 67 ms; one that is late by more than that is seen as a jerk. */
const GAP_MS_MAX = 150;
/** What the machine itself is like is measured for so long first. */
const BASELINE_MS = 3_000;
/** A busy machine is late once, but a gateway that does it all in one thread each time. */
const TRIES_MAX = 3;

/** A player who notes how long states keep one waiting. */
class PatientPlayer {
  readonly #socket: WebSocket;
  readonly #closed = Promise.withResolvers<void>();
  readonly #first = Promise.withResolvers<void>();
  #lastMs = 0;
  #worstMs = 0;

  /** Joins a match. */
  constructor(url: string, auth: { readonly matchId: string; readonly token: string }) {
    this.#socket = new WebSocket(url);
    this.#socket.onopen = (): void => {
      const { matchId: match_id, token } = auth;
      this.#socket.send(JSON.stringify({ type: "AUTH", match_id, token }));
    };
    this.#socket.onmessage = ({ data }: MessageEvent<string>): void => {
      if (parseJsonObject(data).type !== "WORLD_STATE") return;
      const nowMs = systemClock.monotonicMs();
      this.#worstMs = Math.max(this.#worstMs, nowMs - this.#lastMs);
      this.#lastMs = nowMs;
      this.#first.resolve();
    };
    this.#socket.onclose = (): void => this.#closed.resolve();
  }

  /** The longest wait between two states while something is done, in milliseconds. */
  async worstGapMs(work: () => Promise<void>): Promise<number> {
    await this.#first.promise;
    this.#lastMs = systemClock.monotonicMs();
    this.#worstMs = 0;
    await work();
    return Math.max(this.#worstMs, systemClock.monotonicMs() - this.#lastMs);
  }

  /** Leaves. */
  async close(): Promise<void> {
    this.#socket.close();
    await this.#closed.promise;
  }
}

async function openPlayer(system: GatewaySystem): Promise<PatientPlayer> {
  const [matchmaker] = system.matchmakers;
  const [seeker] = await enlist(system, "patient", 1);
  assert(matchmaker !== undefined && seeker !== undefined);
  await untilServersHeard(matchmaker);
  const { body } = await find(matchmaker, seeker, { game_mode: "pve_heist" });
  const [{ url }] = system.clients;
  const auth = { matchId: textAt(body, "match_id"), token: textAt(body, "token") };
  return new PatientPlayer(`${url.replace("http", "ws")}/ws`, auth);
}

Deno.test("Players' states come in time while the gateway plays a match again", async () => {
  const { events } = recordMatch(MATCH);
  await withGateways({}, async (system) => {
    await loadReplayThread(system);
    const [{ url }] = system.clients;
    const player = await openPlayer(system);
    try {
      const idleMs = await player.worstGapMs(() => sleep(systemClock, BASELINE_MS));
      const allowedMs = Math.max(GAP_MS_MAX, 2 * idleMs);
      const gapsMs: number[] = [];
      while (gapsMs.length < TRIES_MAX && !gapsMs.some((gapMs) => gapMs < allowedMs)) {
        // Another name: what was made once is not made again.
        const matchId = `long-${gapsMs.length}`;
        await storeRecording(system, { matchId, events });
        gapsMs.push(
          await player.worstGapMs(async () => {
            const response = await fetch(`${url}/replays/${matchId}`);
            await response.body?.cancel();
            assertEquals(response.status, 200);
          }),
        );
      }
      const shortest = Math.min(...gapsMs);
      assert(shortest < allowedMs, `${gapsMs.join()} ms, idle ${idleMs} ms`);
    } finally {
      await player.close();
    }
  });
});
