import { assert, assertEquals } from "@std/assert";
import { Rng } from "../../core/rng.ts";
import { splitTeams } from "./team_split.ts";

const [SEED = 0] = crypto.getRandomValues(new Uint32Array(1));

Deno.test("splitTeams keeps who belong together on one team, and evens the teams out", () => {
  const unit = (name: string, size: number, rating: number) => ({ name, size, rating });
  const units = [
    unit("solo-1", 1, 2000),
    unit("pair", 2, 1500),
    unit("solo-2", 1, 1400),
    unit("solo-3", 1, 1000),
    unit("solo-4", 1, 1500),
  ];
  const teams = splitTeams(units, { teamCount: 2, teamSize: 3 });
  assertEquals(teams?.map((team) => team.map(({ name }) => name)), [
    ["pair", "solo-2"],
    ["solo-1", "solo-4", "solo-3"],
  ]);
  assertEquals(
    splitTeams([unit("a", 2, 0), unit("b", 2, 0)], { teamCount: 1, teamSize: 3 }),
    undefined,
  );
});

Deno.test(`splitTeams tears nobody apart and overfills no team, seed ${SEED}`, () => {
  const rng = new Rng(SEED);
  for (let round = 0; round < 2_000; round++) {
    const shape = { teamCount: 1 + rng.below(4), teamSize: 1 + rng.below(6) };
    const units = Array.from({ length: 1 + rng.below(12) }, (_, id) => ({
      id,
      size: 1 + rng.below(shape.teamSize),
      rating: rng.below(3_000),
    }));
    const teams = splitTeams(units, shape);
    if (teams === undefined) continue;
    assertEquals(teams.length, shape.teamCount);
    const ids = teams.flat().map(({ id }) => id).toSorted((a, b) => a - b);
    assertEquals(ids, units.map(({ id }) => id), `round ${round}`);
    for (const team of teams) {
      assert(team.reduce((sum, { size }) => sum + size, 0) <= shape.teamSize, `round ${round}`);
    }
  }
});
