import { assertEquals, assertThrows } from "@std/assert";
import { findLibc } from "./libc_path.ts";
import { chooseUdpBackend } from "./udp_choice.ts";

Deno.test("chooseUdpBackend takes mmsg by itself where libc may be loaded, and else datagram", () => {
  const expected = findLibc() === undefined ? "datagram" : "mmsg";
  assertEquals(chooseUdpBackend("auto", "0.0.0.0").name, expected);
  assertEquals(chooseUdpBackend("auto", "::").name, expected);
  assertEquals(chooseUdpBackend("datagram", "0.0.0.0"), { name: "datagram" });
});

Deno.test("chooseUdpBackend has no mmsg for a name", () => {
  assertEquals(chooseUdpBackend("auto", "localhost"), { name: "datagram" });
  assertThrows(() => chooseUdpBackend("mmsg", "localhost"), Error, "an IP address");
});

Deno.test({
  name: "chooseUdpBackend has no mmsg where libc may not be loaded",
  permissions: { ffi: false },
  fn: () => {
    assertEquals(chooseUdpBackend("auto", "0.0.0.0"), { name: "datagram" });
    assertThrows(() => chooseUdpBackend("mmsg", "0.0.0.0"), Error, "--allow-ffi");
  },
});
