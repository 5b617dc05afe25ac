import { assertEquals } from "@std/assert";
import { ManualClock } from "../../core/manual_clock.ts";
import { DATAGRAM_TYPES } from "../wire/datagram.ts";
import { encodePath } from "../wire/path_message.ts";
import { PathProver } from "./path_prover.ts";
import { openTestConnection } from "./testing.ts";

const HERE = { hostname: "192.0.2.1", port: 1_000 };
const THERE = { hostname: "192.0.2.1", port: 2_000 };
const ELSEWHERE = { hostname: "192.0.2.2", port: 2_000 };
const LONG = 60;

interface Bench {
  readonly clock: ManualClock;
  readonly test: ReturnType<typeof openTestConnection>;
  foreign(from: typeof HERE, bytes?: number): void;
  respond(from: typeof HERE, data: Uint8Array): string | undefined;
  /** The data of the challenges that were sent, with where to. */
  challenges(): { readonly data: Uint8Array; readonly port: number }[];
}

function openBench(): Bench {
  const clock = new ManualClock();
  let draws = 0;
  const prover = new PathProver({
    clock,
    randomBytes: (count) => new Uint8Array(count).fill(++draws),
  });
  const test = openTestConnection({ id: 1, source: HERE });
  return {
    ...{ clock, test },
    foreign: (from, bytes = LONG) => prover.onForeign(test.connection, from, bytes),
    respond: (from, data) => {
      const bytes = new Uint8Array(LONG);
      const end = encodePath({ data }, bytes);
      return prover.onResponse(test.connection, bytes, { end, from });
    },
    challenges: () =>
      test.sent.filter(({ bytes }) => bytes[1] === DATAGRAM_TYPES.pathChallenge)
        .map(({ bytes, to }) => ({ data: bytes.slice(14, 22), port: to.port })),
  };
}

function onlyChallenge(bench: Bench): Uint8Array {
  const [first, ...more] = bench.challenges();
  assertEquals(more, []);
  return first?.data ?? new Uint8Array();
}

Deno.test("PathProver moves a connection to an address that has answered from there", () => {
  const bench = openBench();
  bench.foreign(THERE);
  assertEquals([bench.challenges()[0]?.port, bench.test.connection.source], [THERE.port, HERE]);
  assertEquals(bench.respond(THERE, onlyChallenge(bench)), undefined);
  assertEquals(bench.test.connection.source, THERE);
});

Deno.test("PathProver takes no answer that is wrong, from elsewhere, late, or given twice", async () => {
  const wrong = openBench();
  wrong.foreign(THERE);
  const data = onlyChallenge(wrong);
  assertEquals(wrong.respond(THERE, new Uint8Array(8).fill(77)), "out_of_range");
  assertEquals(wrong.respond(ELSEWHERE, data), "out_of_range");
  await wrong.clock.advance(3_000);
  assertEquals(wrong.respond(THERE, data), "out_of_range");
  assertEquals(wrong.test.connection.source, HERE);
  const twice = openBench();
  assertEquals(twice.respond(THERE, new Uint8Array(8)), "out_of_range");
  twice.foreign(THERE);
  twice.respond(THERE, onlyChallenge(twice));
  assertEquals(twice.respond(THERE, onlyChallenge(twice)), "out_of_range");
});

Deno.test("PathProver challenges now and then, and never with more bytes than came", async () => {
  const bench = openBench();
  bench.foreign(HERE);
  bench.foreign(THERE, 29);
  assertEquals(bench.challenges(), []);
  bench.foreign(THERE, 30);
  for (let count = 0; count < 10; count++) bench.foreign(count % 2 === 0 ? THERE : ELSEWHERE);
  assertEquals(bench.challenges().length, 1);
  await bench.clock.advance(100);
  bench.foreign(THERE);
  assertEquals(bench.challenges().map(({ data }) => data[0]), [1, 1], "the same, so either counts");
  await bench.clock.advance(100);
  bench.foreign(ELSEWHERE);
  assertEquals(bench.challenges().at(-1)?.data[0], 2);
});
