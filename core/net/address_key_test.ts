import { assertEquals } from "@std/assert";
import { tryAddressKey } from "./address_key.ts";

Deno.test("An address is limited as itself, as its network, or as the IPv4 address that it stands for", () => {
  const cases: readonly (readonly [string, string | undefined])[] = [
    ["10.0.0.1", "10.0.0.1"],
    ["::ffff:10.0.0.1", "10.0.0.1"],
    ["::FFFF:10.0.0.1", "10.0.0.1"],
    ["::ffff:102:304", "1.2.3.4"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:DB8:1:2::9", "2001:db8:1:2::/64"],
    ["2001:0db8:0001:0002::", "2001:db8:1:2::/64"],
    ["2001:db8:1:3::9", "2001:db8:1:3::/64"],
    ["2001:db8::1", "2001:db8::/64"],
    ["::1", "::/64"],
    ["fe80::1%eth0", "fe80::/64"],
    ["nonsense", undefined],
    ["", undefined],
    ["abc", undefined],
    ["1.2.3", undefined],
    ["x".repeat(64), undefined],
  ];
  for (const [ip, key] of cases) assertEquals(tryAddressKey(ip), key, ip);
});
