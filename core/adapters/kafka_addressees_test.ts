import { assertEquals, assertThrows } from "@std/assert";
import { KafkaAddressees } from "./kafka_addressees.ts";

Deno.test("KafkaAddressees takes nothing for written that was not answered", () => {
  const addressees = new KafkaAddressees();
  assertEquals([addressees.note("t", 3), addressees.note("t", 2), addressees.note("t", 3)], [
    3,
    2,
    3,
  ]);
  const answers = [3, 2].map((partition) => ({ topicName: "t", partition, errorCode: 0 }));
  assertThrows(() => addressees.assertAnswered(answers.slice(1)), Error, "no answer for t/3");
  addressees.assertAnswered(answers);
  addressees.assertAnswered([]);
});

Deno.test("KafkaAddressees takes no refusal and no other topic's answer for its own", () => {
  const addressees = new KafkaAddressees();
  addressees.note("t", 3);
  for (
    const answer of [
      { topicName: "t", partition: 3, errorCode: 6 },
      { topicName: "t", partition: 2, errorCode: 0 },
      { topicName: "other", partition: 3, errorCode: 0 },
    ]
  ) {
    assertThrows(() => addressees.assertAnswered([answer]), Error, "no answer for t/3");
  }
  addressees.clear();
  addressees.assertAnswered([]);
});
