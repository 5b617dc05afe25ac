import { systemClock } from "../../core/clock.ts";
import { GameClient } from "../clients/game_client.ts";
import { textAt } from "../clients/json_fields.ts";
import {
  enlist,
  find,
  type Seeker,
  type TestMatchmaker,
  withMatchmakers,
} from "../e2e/matchmaking_system.ts";
import type { TestSystem } from "../harness.ts";
import { type Figure, figureOf, percentile, type Round } from "./figure.ts";

/** How many players look for a match at once, and how often that is measured. */
const CROWDS: readonly (readonly [players: number, rounds: number])[] = [[50, 3], [500, 2]];
const MODE = "team";
/** More datagrams at one moment than a socket's buffer holds would be lost, and nobody sends them again. */
const GUESTS = 50;

/**
 * Milliseconds from asking for a match over HTTP to the first state of it over UDP, beside joining
 * without asking. Clients, auth, matchmaker and game server share one process, and one core between them.
 */
export async function measureFinds(): Promise<Figure[]> {
  const figures: Figure[] = [];
  // All of them have one address here, which on the internet would be a flood.
  const env = { GAME_STRANGER_REPLIES_PER_SECOND: "100000" };
  await withMatchmakers({ matchmakers: 1, env }, async (system, [matchmaker]) => {
    if (matchmaker === undefined) return;
    for (const [players, rounds] of CROWDS) {
      figures.push(...await measureCrowd(system, matchmaker, { players, rounds }));
    }
  });
  return figures;
}

async function measureCrowd(
  system: TestSystem,
  matchmaker: TestMatchmaker,
  { players, rounds }: { readonly players: number; readonly rounds: number },
): Promise<Figure[]> {
  const measured: { p50: Round; p99: Round }[] = [];
  for (let round = 0; round < rounds; round++) {
    const seekers = await enlist(system, `bench-${players}-${round}`, players);
    const values = await timeAll(seekers, (seeker) => findAndJoin(system, matchmaker, seeker));
    const baselines = await timeAll(
      seekers.slice(0, GUESTS),
      ({ username }) =>
        GameClient.join(system.game.addresses.udp, { playerId: `guest-${username}`, mode: MODE }),
    );
    const at = (share: number): Round => ({
      value: percentile(values, share),
      baseline: percentile(baselines, share),
    });
    measured.push({ p50: at(0.5), p99: at(0.99) });
  }
  const text = { unit: "ms", baseline: `join of ${GUESTS} guests`, lowerIsBetter: true };
  const name = `Find to first state, ${players} at once`;
  const notes = [`${players} finds over HTTP at once, then a join by each over UDP`];
  return [
    figureOf({ ...text, name: `${name}, p50`, notes }, measured.map(({ p50 }) => p50)),
    figureOf({ ...text, name: `${name}, p99`, notes: [] }, measured.map(({ p99 }) => p99)),
  ];
}

/** How long each took from the start to its first state, all at once. */
async function timeAll(
  seekers: readonly Seeker[],
  join: (seeker: Seeker) => Promise<GameClient>,
): Promise<number[]> {
  const clients: GameClient[] = [];
  const times = await Promise.all(seekers.map(async (seeker) => {
    const startMs = systemClock.monotonicMs();
    const client = await join(seeker);
    clients.push(client);
    await client.next("the first state");
    return systemClock.monotonicMs() - startMs;
  }));
  for (const client of clients) await client.leave();
  for (const client of clients) await client.close();
  return times;
}

async function findAndJoin(
  system: TestSystem,
  matchmaker: TestMatchmaker,
  seeker: Seeker,
): Promise<GameClient> {
  const { status, body } = await find(matchmaker, seeker, { game_mode: MODE });
  if (status !== 200) throw new Error(`Cannot measure: ${JSON.stringify(body)}`);
  const join = { playerId: seeker.username, token: textAt(body, "token") };
  return await GameClient.join(system.game.addresses.udp, join);
}
