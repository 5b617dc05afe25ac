/** The client library against the real server: what a player is shown, and JSON with the same outside. */
import { assert, assertEquals } from "@std/assert";
import { systemClock } from "../../core/clock.ts";
import { MatchView } from "../../game/client/match_view.ts";
import { openUdpClient } from "../../game/client/open_udp_client.ts";
import { withSystem } from "../harness.ts";
import { PERFECT_LINK } from "../network/simulated_link.ts";
import { UdpRelay } from "../network/udp_relay.ts";
import { AHEAD, playBinary, STILL } from "./binary_players.ts";

const DEADLINE_MS = 30_000;

Deno.test("A player at 100 ms there and back sees the own tank move before the server has heard of it", async () => {
  await withSystem({}, async ({ game }) => {
    const server = { hostname: "127.0.0.1", port: game.addresses.udp.port };
    const relay = new UdpRelay({ server, conditions: { ...PERFECT_LINK, delayMs: 50 }, seed: 2 });
    const player = await playBinary(relay.address, { playerId: "ann" }).catch(async (error) => {
      await relay.close();
      throw error;
    });
    const { client } = player;
    try {
      const { match } = client;
      assert(match !== undefined);
      const view = new MatchView(match);
      let applied = 0;
      client.on((event) => {
        const nowMs = systemClock.monotonicMs();
        view.onEvent(event, { nowMs, frame: client.frame });
        view.sample(nowMs);
        client.setShownTick(view.shownTick);
        if (event.kind === "snapshot") applied = event.own?.inputSeq ?? 0;
      });
      client.setInput(STILL);
      await player.until("an input to be applied", () => applied > 10);
      const ownX = (): { xM: number; yM: number } => {
        const own = view.sample(systemClock.monotonicMs())?.tanks.get(match.tankId);
        return { xM: own?.xM ?? 0, yM: own?.yM ?? 0 };
      };
      const before = ownX();
      let firstSeq = 0;
      const stop = client.on((event) => {
        if (event.kind === "input" && event.input.throttle > 0) firstSeq ||= event.seq;
      });
      client.setInput({ ...AHEAD, fire: false });
      await player.until("the tank to be drawn elsewhere", () => {
        const now = ownX();
        return Math.hypot(now.xM - before.xM, now.yM - before.yM) > 0.005;
      });
      stop();
      assert(applied < firstSeq, `input ${firstSeq} was applied first: ${applied}`);
      client.setInput(STILL);
      const until = applied + 60;
      await player.until("calm", () => applied > until);
      const { xM = 0, yM = 0 } = client.frame?.tanks.get(match.tankId) ?? {};
      const shown = ownX();
      assert(Math.hypot(shown.xM - xM, shown.yM - yM) < 0.05, "it ends where the server says");
    } finally {
      await client.close();
      await relay.close();
    }
  });
});

Deno.test("The JSON client joins, drives, comes back and leaves with the same outside", async () => {
  await withSystem({ env: { GAME_ALLOW_GUESTS: "true" } }, async ({ game }) => {
    const server = { hostname: "127.0.0.1", port: game.addresses.udp.port };
    const relay = new UdpRelay({
      server,
      conditions: { ...PERFECT_LINK, delayMs: 10, lossShare: 0.05 },
      seed: 4,
    });
    const { client } = openUdpClient({
      server: relay.address,
      protocol: "json",
      playerId: "bob",
      silenceMs: 500,
    });
    const signal = AbortSignal.timeout(DEADLINE_MS);
    try {
      client.join();
      await client.until(() => client.frame !== undefined, signal);
      const tankId = client.match?.tankId ?? "";
      const before = client.frame?.tanks.get(tankId);
      assert(before !== undefined);
      client.setInput({ ...AHEAD, fire: false });
      await client.until(() => {
        const { xM = 0, yM = 0 } = client.frame?.tanks.get(tankId) ?? {};
        return Math.hypot(xM - before.xM, yM - before.yM) > 1;
      }, signal);
      relay.cut();
      await client.until(() => client.state.kind === "resuming", signal);
      relay.mend();
      const tick = client.frame?.tick ?? 0;
      await client.until(() => (client.frame?.tick ?? 0) > tick + 10, signal);
      assertEquals([client.state.kind, client.match?.tankId], ["playing", tankId]);
      client.leave();
      await client.until(() => client.state.kind === "ended", signal);
      assertEquals(client.state, { kind: "ended", reason: "asked", retryAfterMs: 0 });
    } finally {
      await client.close();
      await relay.close();
    }
  });
});
