import { assert, assertEquals } from "@std/assert";
import { Rng } from "../../core/rng.ts";
import { AHEAD, openClientBench, openPlayingBench } from "../../tests/network/client_bench.ts";
import { DATAGRAM_BYTES_MAX } from "../wire/datagram.ts";
import { encodeChallenge } from "../wire/hello_message.ts";
import { encodeRefused } from "../wire/refused_message.ts";
import type { BinaryClient } from "./binary_client.ts";

/** A datagram that is not what the server sent: changed, cut, lengthened, doubled, or made up. */
function damage(datagram: Uint8Array, rng: Rng): Uint8Array {
  const copy = datagram.slice();
  switch (rng.below(5)) {
    case 0:
      return copy.subarray(0, rng.below(copy.length));
    case 1:
      return Uint8Array.from([...copy, ...copy]).subarray(0, copy.length + 1 + rng.below(50));
    case 2:
      return Uint8Array.from({ length: rng.below(DATAGRAM_BYTES_MAX + 100) }, () => rng.below(256));
    default: {
      // One byte at least becomes another one.
      const at = rng.below(copy.length);
      copy[at] = (copy[at] ?? 0) ^ (1 + rng.below(255));
      return copy;
    }
  }
}

Deno.test("BinaryClient does as if nothing had come where the tag is wrong", async () => {
  for (let seed = 1; seed <= 12; seed++) {
    const rng = new Rng(seed);
    let before: Uint8Array | undefined;
    const attack = (client: BinaryClient, datagram: Uint8Array): void => {
      if (client.state.kind !== "playing") return;
      for (let count = 0; count < 8; count++) client.receive(damage(datagram, rng), 0);
      if (before !== undefined) client.receive(before, 0);
      before = datagram.slice();
    };
    const runs = await Promise.all([undefined, attack].map(async (onDelivery) => {
      const bench = await openPlayingBench({ seed, ...(onDelivery && { onDelivery }) });
      bench.client.setInput(AHEAD);
      await bench.run(3_000);
      return bench;
    }));
    const [calm, attacked] = runs;
    assert(calm !== undefined && attacked !== undefined);
    assertEquals(attacked.sent, calm.sent, `seed ${seed}`);
    assertEquals(attacked.events, calm.events, `seed ${seed}`);
    const { drops } = attacked.client;
    assert(drops.count("bad_tag") > 100 && drops.count("replayed") > 50, `seed ${seed}`);
    assertEquals(calm.client.drops.counts.size, 0);
  }
});

Deno.test("BinaryClient believes no answer to a HELLO or JOIN but the one to its own", async () => {
  const bench = openClientBench({ conditions: { delayMs: 50 } });
  const clientNonce = new Uint8Array(8).fill(1);
  const datagram = new Uint8Array(100);
  const attack = (): void => {
    const refused = { clientNonce, reason: "no_such_match", retryAfterMs: 0 } as const;
    bench.client.receive(datagram.slice(0, encodeRefused(refused, datagram)), 0);
    const challenge = { clientNonce, challengeToken: new Uint8Array(16) };
    bench.client.receive(datagram.slice(0, encodeChallenge(challenge, datagram)), 0);
  };
  bench.client.join(0);
  for (let turn = 0; turn < 40; turn++) {
    attack();
    await bench.run(10);
  }
  assertEquals(bench.client.state.kind, "playing");
  assertEquals(
    bench.sent.filter((bytes) => bytes.length === 1_200).length,
    1,
    "one JOIN was enough",
  );
});

Deno.test("BinaryClient survives whatever comes while it joins", async () => {
  for (let seed = 1; seed <= 40; seed++) {
    const rng = new Rng(seed);
    const bench = openClientBench({
      seed,
      conditions: { lossShare: 0.2, delayMs: 20 },
      onDelivery: (client, datagram) => {
        if (client.state.kind !== "connecting") return;
        // After the real one too, so that answers meet every state.
        for (let count = 0; count < 20; count++) client.receive(damage(datagram, rng), 0);
      },
    });
    bench.client.join(0);
    await bench.run(5_000);
    assert(["playing", "ended", "connecting"].includes(bench.client.state.kind));
  }
});

Deno.test("BinaryClient survives what a server with the right key says and never means", async () => {
  for (let seed = 1; seed <= 20; seed++) {
    const rng = new Rng(seed);
    const bench = await openPlayingBench({ seed });
    for (let count = 0; count < 300; count++) {
      const payload = Uint8Array.from({ length: rng.below(60) }, () => rng.below(256));
      // 0x16 LEFT and 0x19 MOVED end a client, as they should.
      const types = [0x04, 0x07, 0x11, 0x12, 0x14, 0x17] as const;
      bench.server.sendRaw(types[rng.below(types.length)] ?? 0x11, payload);
      if (count % 50 === 0) await bench.run(100);
    }
    await bench.run(2_000);
    assertEquals(bench.client.state.kind, "playing", `seed ${seed}`);
  }
});
