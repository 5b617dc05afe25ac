import { assertEquals, assertRejects } from "@std/assert";
import { silentLog } from "../log.ts";
import { kafkaErrors, KafkaTopics, type TopicAdmin } from "./kafka_topics.ts";

/** An error as kafkajs makes them. */
class FakeKafkaError extends Error {
  override readonly name: string;
  readonly type: string;

  constructor(
    options: { readonly name?: string; readonly type?: string; readonly cause?: unknown },
  ) {
    super("failed", { cause: options.cause });
    this.name = options.name ?? "KafkaJSProtocolError";
    this.type = options.type ?? "";
  }
}

class FakeAdmin implements TopicAdmin {
  readonly asked: [string, number][] = [];
  failure: Error | undefined;

  createTopics(request: Parameters<TopicAdmin["createTopics"]>[0]): Promise<boolean> {
    for (const { topic, numPartitions } of request.topics) this.asked.push([topic, numPartitions]);
    return this.failure === undefined ? Promise.resolve(true) : Promise.reject(this.failure);
  }
}

function openTopics(): { readonly topics: KafkaTopics; readonly admin: FakeAdmin } {
  return {
    topics: new KafkaTopics({ partitionCount: 6, log: silentLog }),
    admin: new FakeAdmin(),
  };
}

Deno.test("KafkaTopics makes each topic once, until it is told to forget", async () => {
  const { topics, admin } = openTopics();
  await topics.ensure(admin, ["a", "b", "a"]);
  await topics.ensure(admin, ["b", "c"]);
  assertEquals(admin.asked, [["a", 6], ["b", 6], ["c", 6]]);
  topics.forget();
  await topics.ensure(admin, ["c"]);
  assertEquals(admin.asked.length, 4);
});

Deno.test("KafkaTopics remembers 10 000 topics, and begins anew where there are more", async () => {
  const { topics, admin } = openTopics();
  const many = Array.from({ length: 10_000 }, (_, index) => `topic-${index}`);
  await topics.ensure(admin, many);
  await topics.ensure(admin, many);
  assertEquals(admin.asked.length, 10_000);
  await topics.ensure(admin, ["one more"]);
  await topics.ensure(admin, ["one more"]);
  assertEquals(admin.asked.length, 10_001);
  await topics.ensure(admin, ["topic-0", "topic-9999"]);
  assertEquals(admin.asked.slice(10_001), [["topic-0", 6], ["topic-9999", 6]]);
});

const TOLERATED: readonly { readonly name?: string; readonly type?: string }[] = [
  { name: "KafkaJSServerDoesNotSupportApiKey" },
  { type: "TOPIC_AUTHORIZATION_FAILED" },
  { type: "CLUSTER_AUTHORIZATION_FAILED" },
  { type: "POLICY_VIOLATION" },
];

for (const options of TOLERATED) {
  Deno.test(`KafkaTopics leaves it to the brokers after ${options.name ?? options.type}`, async () => {
    const { topics, admin } = openTopics();
    admin.failure = new FakeKafkaError({ cause: new FakeKafkaError(options) });
    await topics.ensure(admin, ["a"]);
    await topics.ensure(admin, ["a"]);
    assertEquals(admin.asked.length, 1);
  });
}

Deno.test("KafkaTopics tries again later where the brokers are away or refuse a name", async () => {
  const { topics, admin } = openTopics();
  for (const type of ["REQUEST_TIMED_OUT", "INVALID_TOPIC_EXCEPTION", ""]) {
    admin.failure = new FakeKafkaError({ type });
    await assertRejects(() => topics.ensure(admin, ["a"]), FakeKafkaError);
  }
  admin.failure = undefined;
  await topics.ensure(admin, ["a"]);
  assertEquals(admin.asked.length, 4);
});

Deno.test("kafkaErrors finds the errors inside of an error", () => {
  const inner = new FakeKafkaError({ type: "NOT_LEADER_FOR_PARTITION" });
  const outer = new FakeKafkaError({ name: "KafkaJSNumberOfRetriesExceeded", cause: inner });
  const types = (error: unknown): string[] => kafkaErrors(error).map(({ type }) => type);
  assertEquals(types(outer), ["", "NOT_LEADER_FOR_PARTITION"]);
  assertEquals(types(new AggregateError([inner, inner])), ["", inner.type, inner.type]);
  assertEquals(types("text"), []);
  const own = new FakeKafkaError({ type: "OWN" });
  own.cause = own;
  assertEquals(types(own), ["OWN"]);
});
