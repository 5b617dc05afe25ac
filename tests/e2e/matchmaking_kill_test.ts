/** The matchmaker that leads is killed while a player waits: processes of their own, real brokers. */
import { assert, assertEquals } from "@std/assert";
import { brokerTest } from "../brokers/require_brokers.ts";
import { textAt } from "../clients/json_fields.ts";
import { withPlayers } from "../clients/with_players.ts";
import { eventually } from "../contract/eventually.ts";
import { ServiceProcess } from "../fuzz/service_process.ts";
import {
  askSearch,
  awaitMatch,
  enlist,
  find,
  MATCHMAKER_ENV,
  type TestMatchmaker,
  untilServersHeard,
  whyNoRealBrokers,
  withMatchmakers,
  withRealBrokers,
} from "./matchmaking_system.ts";

const RANKED = { game_mode: "ranked_duel" };
const whyNot = await whyNoRealBrokers();

interface ProcessMatchmaker extends TestMatchmaker {
  readonly process: ServiceProcess;
}

brokerTest(
  "Players who wait get their match after the matchmaker that leads was killed",
  whyNot === undefined,
  whyNot ?? "",
  () =>
    withRealBrokers((config, env) =>
      withMatchmakers({ matchmakers: 0, config }, async (system) => {
        await using opened = new AsyncDisposableStack();
        const first = await startProcess("first", env, opened);
        const second = await startProcess("second", env, opened);
        await untilServersHeard(second);
        assertEquals([await leads(first), await leads(second)], [true, false]);
        const [ann, bob] = await enlist(system, "survivor", 2);
        assert(ann !== undefined && bob !== undefined);
        const asked = await find(second, ann, RANKED);
        assertEquals(asked.status, 202);
        await first.process.kill();
        // Nobody leads until the lease has run out: who asks meanwhile is told to come again.
        const other = { searchId: "" };
        await eventually(async () => {
          const { status, body } = await find(second, bob, RANKED);
          assertEquals(status, 202);
          other.searchId = textAt(body, "search_id");
        });
        const searchId = textAt(asked.body, "search_id");
        const { status } = await askSearch(second, ann, { searchId });
        assert(status === 200 || status === 202, `the search is lost: ${status}`);
        const found = [
          await awaitMatch(second, ann, searchId),
          await awaitMatch(second, bob, other.searchId),
        ];
        const joins = [ann, bob].map(({ username }, index) => ({
          playerId: username,
          token: textAt(found[index] ?? {}, "token"),
        }));
        await withPlayers(system.game.addresses.udp, joins, (...clients) => {
          assertEquals(new Set(clients.map(({ sessionId }) => sessionId)).size, 1);
          return Promise.resolve();
        });
      })
    ),
);

async function startProcess(
  name: string,
  brokers: Readonly<Record<string, string>>,
  opened: AsyncDisposableStack,
): Promise<ProcessMatchmaker> {
  const dataDir = await Deno.makeTempDir({ prefix: "tanks-" });
  opened.defer(() => Deno.remove(dataDir, { recursive: true }));
  const process = await ServiceProcess.start({
    script: "game/matchmaking/main.ts",
    env: {
      ...MATCHMAKER_ENV,
      ...brokers,
      SERVER_ID: name,
      DATA_DIR: dataDir,
      LOG_FORMAT: "json",
    },
    awaited: ["matchmaker http", "matchmaker ops"],
  });
  opened.use(process);
  return {
    process,
    addresses: {
      http: process.address("matchmaker", "http"),
      ops: process.address("matchmaker", "ops"),
    },
  };
}

async function leads({ process }: ProcessMatchmaker): Promise<boolean> {
  return (await process.metrics("matchmaker")).get("matchmaker_leads") === 1;
}
