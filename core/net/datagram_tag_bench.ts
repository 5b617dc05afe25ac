/** Tags a second of our SipHash beside npm:siphash, in one run: `deno bench core/net/datagram_tag_bench.ts`. */
import siphash from "siphash";
import { tagKeyFrom, writeTag } from "./datagram_tag.ts";

const key = tagKeyFrom(Uint8Array.from({ length: 16 }, (_, index) => index));

for (const length of [64, 100, 1_192]) {
  const datagram = new Uint8Array(length + 8).fill(0x5a);
  const bytes = datagram.subarray(0, length);
  const group = `${length} bytes`;
  Deno.bench(`npm:siphash, ${group}`, { group, baseline: true }, () => {
    siphash.hash(key, bytes);
  });
  Deno.bench(`writeTag, ${group}`, { group }, () => {
    writeTag(key, datagram, { length, epoch: 0 });
  });
}
