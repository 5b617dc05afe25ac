import { assertEquals } from "@std/assert";
import { AddressRanges } from "./address_ranges.ts";

Deno.test("AddressRanges knows the addresses of single ones and of ranges", () => {
  const cases: readonly [list: string, address: string, has: boolean][] = [
    ["", "127.0.0.1", false],
    ["127.0.0.1", "127.0.0.1", true],
    ["127.0.0.1", "127.0.0.2", false],
    ["127.0.0.1, ::1", "::1", true],
    ["10.0.0.0/8", "10.255.1.2", true],
    ["10.0.0.0/8", "11.0.0.0", false],
    ["192.168.4.0/22", "192.168.7.255", true],
    ["192.168.4.0/22", "192.168.8.0", false],
    ["0.0.0.0/0", "1.2.3.4", true],
    ["0.0.0.0/0", "fd00::1", false],
    ["fd00::/8", "fdff::1", true],
    ["fd00::/8", "fe00::1", false],
    ["10.0.0.0/8", "::ffff:10.1.1.1", true],
    ["::ffff:10.1.1.1", "10.1.1.1", true],
    ["0.0.0.0/0", "nobody", false],
    ["0.0.0.0/0", "", false],
  ];
  for (const [list, address, has] of cases) {
    assertEquals(AddressRanges.tryParse(list)?.has(address), has, `${list} ${address}`);
  }
});

Deno.test("AddressRanges takes no list with something that is no address or range", () => {
  const many = Array.from({ length: 257 }, () => "10.0.0.1").join();
  for (
    const list of ["x", "10.0.0.1/33", "10.0.0.1/", "10.0.0.1/8/8", "fd00::/129", "10.0.0", many]
  ) {
    assertEquals(AddressRanges.tryParse(list), undefined, list);
  }
});
