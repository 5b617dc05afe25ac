import { assertEquals, assertStrictEquals } from "@std/assert";
import { ConnectionCaps } from "./connection_caps.ts";

Deno.test("ConnectionCaps refuses what exceeds either bound and takes it again after a release", () => {
  const caps = new ConnectionCaps({ connectionsMax: 3, connectionsPerAddressMax: 2 });
  assertStrictEquals(caps.take("a"), undefined);
  assertStrictEquals(caps.take("a"), undefined);
  assertStrictEquals(caps.take("a"), "connections_per_address_max");
  assertStrictEquals(caps.take("b"), undefined);
  assertStrictEquals(caps.take("b"), "connections_max");
  assertEquals(caps.count, 3);
  caps.release("a");
  assertStrictEquals(caps.take("b"), undefined);
  assertStrictEquals(caps.take("c"), "connections_max");
  caps.release("b");
  caps.release("b");
  caps.release("a");
  assertEquals(caps.count, 0);
  assertStrictEquals(caps.take("a"), undefined);
});
