import { assertEquals } from "@std/assert";
import { kafkaPartitionOf } from "./kafka_partition.ts";

// From Kafka's own tests of murmur2: clients/src/test/java/org/apache/kafka/common/utils/UtilsTest.java.
const HASHES: readonly (readonly [key: string, hash: number])[] = [
  ["21", -973_932_308],
  ["foobar", -790_332_482],
  ["a-little-bit-long-string", -985_981_536],
  ["a-little-bit-longer-string", -1_486_304_829],
  ["lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58_897_971],
  ["abc", 479_470_107],
];

Deno.test("kafkaPartitionOf chooses as the Java client does", () => {
  for (const [key, hash] of HASHES) {
    for (const count of [1, 4, 6, 1_000]) {
      assertEquals(
        kafkaPartitionOf(key, count),
        (hash & 0x7fff_ffff) % count,
        `${key} of ${count}`,
      );
    }
  }
});
