import { assertEquals, assertThrows } from "@std/assert";
import { formatKafkaPosition, parseKafkaPosition } from "./kafka_position.ts";

Deno.test("A Kafka position's text is the same for equal positions, and can be read back", () => {
  const position = new Map([[10, 7], [0, 15], [3, 123_456_789_012_345]]);
  const text = formatKafkaPosition(position);
  assertEquals(text, "0:15,3:123456789012345,10:7");
  assertEquals(parseKafkaPosition(text), new Map([...position].sort(([a], [b]) => a - b)));
  assertEquals(formatKafkaPosition(parseKafkaPosition("3:1,0:2")), "0:2,3:1");
});

Deno.test("parseKafkaPosition refuses what is none", () => {
  for (
    const text of ["", "0", "0:", ":1", "0:1,", "0:-1", "a:1", "0:1;1:2", "0:1234567890123456"]
      .concat("0:1,".repeat(10_000) + "0:1")
  ) {
    assertThrows(() => parseKafkaPosition(text), Error, "Cannot read after position");
  }
});
