import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { simulateMatch } from "../../tests/fixtures/simulate_match.ts";
import { MODE_NAMES } from "./rules.ts";

Deno.test("Same seed and inputs give the same hash at every tick", () => {
  for (const modeName of MODE_NAMES) {
    for (const tickRate of [10, 30, 60]) {
      const script = { seed: 7, ticks: 400, modeName, tickRate, tankCount: 10 };
      assertEquals(simulateMatch(script), simulateMatch(script), `${modeName}, ${tickRate} Hz`);
    }
  }
});

Deno.test("Same seed and inputs give the same hashes in another process", async () => {
  const fixture = new URL("../../tests/fixtures/simulate_match.ts", import.meta.url);
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-lock", fixture.href, "12345", "1200"],
    stdout: "piped",
    stderr: "piped",
  });
  const { success, stdout, stderr } = await command.output();
  const decoder = new TextDecoder();
  assert(success, decoder.decode(stderr));
  const hashes = decoder.decode(stdout).trim().split("\n");
  assertEquals(hashes, simulateMatch({ seed: 12_345, ticks: 1_200 }));
  assertEquals(new Set(hashes).size, 1_200);
});

Deno.test("One changed input changes every hash from that tick on", () => {
  const script = { seed: 9, ticks: 300 };
  const plain = simulateMatch(script);
  const changed = simulateMatch({
    ...script,
    beforeStep: (world): void => {
      const tank = world.tankAt(4);
      if (world.tick !== 150 || tank === undefined) return;
      world.setInput(4, { ...tank.input, throttle: tank.input.throttle - 1 });
    },
  });
  assertEquals(changed.slice(0, 150), plain.slice(0, 150));
  for (let tick = 150; tick < 300; tick++) assertNotEquals(changed[tick], plain[tick]);
});

Deno.test("Another seed gives another match", () => {
  const [first] = simulateMatch({ seed: 1, ticks: 1 });
  const [second] = simulateMatch({ seed: 2, ticks: 1 });
  assertNotEquals(first, second);
});

Deno.test("The simulation gives the hashes that it has always given", () => {
  // A change here breaks the replay of every recorded match: raise SIMULATION_VERSION with it.
  const hashes = simulateMatch({ seed: 2024, ticks: 600 });
  assertEquals(hashes.at(0), "a386970c4ecec0f2");
  assertEquals(hashes.at(-1), "8637de9eb2e2d544");
});
