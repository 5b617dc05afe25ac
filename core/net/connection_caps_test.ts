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

Deno.test("ConnectionCaps counts an IPv6 network as one address", () => {
  const caps = new ConnectionCaps({ connectionsMax: 10, connectionsPerAddressMax: 2 });
  assertStrictEquals(caps.take("2001:db8::1"), undefined);
  assertStrictEquals(caps.take("2001:db8::2"), undefined);
  assertStrictEquals(caps.take("2001:db8::3"), "connections_per_address_max");
  assertStrictEquals(caps.take("2001:db8:0:1::3"), undefined);
  caps.release("2001:db8::1");
  assertStrictEquals(caps.take("2001:db8::3"), undefined);
  assertStrictEquals(caps.take("2001:db8::4"), "connections_per_address_max");
});
