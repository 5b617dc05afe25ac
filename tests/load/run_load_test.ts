/** A load as another program runs it, on servers that fail. */
import { assert, assertEquals } from "@std/assert";
import { encodeServerCommand } from "../../core/protocol/server_command.ts";
import { eventually } from "../contract/eventually.ts";
import { type MatchServers, withMatchServers } from "../e2e/match_servers.ts";
import { LOAD_DEFAULTS, type LoadOptions } from "./load_options.ts";
import { type LoadResult, runLoad } from "./run_load.ts";
import { type TransportName, TRANSPORTS } from "./transport_mix.ts";

const PLAYERS = 4;

/** Guests on the first server, who stay until they are told to end. */
function optionsOf({ servers }: MatchServers, transports: readonly TransportName[]): LoadOptions {
  const { udp, tcp } = servers[0]?.game.addresses ?? {};
  assert(udp !== undefined && tcp !== undefined);
  return {
    ...LOAD_DEFAULTS,
    ...{ players: PLAYERS, rampMs: 0, durationMs: 120_000, playMs: 60_000, join: "direct" },
    mix: transports.map((transport) => ({ transport, weight: 1 })),
    targets: { ...LOAD_DEFAULTS.targets, game: udp, gameTcp: tcp },
    runId: "test",
  };
}

/** Runs a load, does something to the servers when everybody plays, and ends it when `isOver` says so. */
async function disturb(
  options: LoadOptions,
  { work, isOver }: {
    readonly work: () => Promise<void>;
    readonly isOver: (joins: number, errors: number) => boolean;
  },
): Promise<LoadResult> {
  const stop = new AbortController();
  let [joins, errors, states] = [0, 0, 0];
  const running = runLoad(options, {
    signal: stop.signal,
    onProgress: ({ total, latest }) => {
      joins = total.counts.joins;
      errors = total.errorsTotal;
      states = latest.counts.snapshots;
    },
  });
  await eventually(() => assert(joins >= PLAYERS && states > 0, `${joins} play`), 20_000);
  await work();
  await eventually(() => assert(isOver(joins, errors), `${joins}, ${errors}`), 30_000);
  stop.abort();
  return await running;
}

Deno.test("Load follows matches that move to another server, and its ledger has both parts", async () => {
  await withMatchServers({ count: 2, env: { GAME_ALLOW_GUESTS: "true" } }, async (system) => {
    const result = await disturb(optionsOf(system, ["udp"]), {
      work: async () => {
        const drain = encodeServerCommand({ command: "drain" });
        const reply = await system.ports.pubSub.request("server.command.game-0", drain, {
          deadlineMs: 2_000,
        });
        assertEquals(reply, '{"ok":true}');
      },
      isOver: (joins) => joins >= 2 * PLAYERS,
    });
    assertEquals([result.total.errorsTotal, result.total.counts.matches_moved], [0, PLAYERS]);
    for (const { player_id, matches } of result.ledger) {
      assertEquals(matches.map(({ ended }) => ended), ["moved", "asked"], player_id);
      assertEquals(new Set(matches.map(({ match_id }) => match_id)).size, 1);
    }
  });
});

Deno.test("Load counts a server that stops, goes on trying, and says what each match ended with", async () => {
  await withMatchServers({ count: 1, env: { GAME_ALLOW_GUESTS: "true" } }, async (system) => {
    const transports = TRANSPORTS.filter((name) => name !== "websocket");
    const result = await disturb(optionsOf(system, transports), {
      work: async () => await system.servers[0]?.game.close(),
      isOver: (_joins, errors) => errors >= PLAYERS + 1,
    });
    for (const { player_id, errors, matches, sessions } of result.ledger) {
      assertEquals([sessions, matches.length], [1, 1], player_id);
      const [match] = matches;
      assert(match?.error !== null && match?.error !== undefined, JSON.stringify(match));
      assert((errors[match.error] ?? 0) >= 1, player_id);
    }
  });
});
