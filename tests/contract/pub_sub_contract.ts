// Long because it is the whole contract of one port, case by case.
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { type PubSub, PubSubRequestError } from "../../core/ports/pub_sub.ts";
import {
  contractCases,
  type ContractOptions,
  type Opened,
  type RegisterCase,
} from "./contract_cases.ts";
import { CONTRACT_DEADLINE_MS, eventually, inTime } from "./eventually.ts";

/** Registers the contract of {@linkcode PubSub} for one implementation. */
export function testPubSubContract(
  name: string,
  open: () => Promise<Opened<PubSub>>,
  options: ContractOptions = {},
): void {
  const test = contractCases(`PubSub (${name})`, open, options);
  testDelivery(test);
  testListeners(test);
  testRequests(test);
  testLife(test);
}

const DEADLINE = { deadlineMs: CONTRACT_DEADLINE_MS };

/** Listens to a subject and collects what comes, as `subject=payload`. */
function collect(port: PubSub, subject: string): string[] {
  const seen: string[] = [];
  port.subscribe(subject, (message) => void seen.push(`${message.subject}=${message.payload}`));
  return seen;
}

/** Resolves when everything published before has been delivered. */
async function settle(port: PubSub, marker: string): Promise<void> {
  const arrived = Promise.withResolvers<void>();
  const subscription = port.subscribe(marker, () => arrived.resolve());
  port.publish(marker, "");
  await inTime(arrived.promise);
  await subscription.close();
}

function testDelivery(test: RegisterCase<PubSub>): void {
  test("delivers one sender's messages in order", async ({ port, unique }) => {
    const subject = unique("order");
    const seen = collect(port, subject);
    const sent = Array.from({ length: 1000 }, (_, index) => `${subject}=${index}`);
    for (let index = 0; index < sent.length; index++) port.publish(subject, String(index));
    await eventually(() => assertEquals(seen.length, sent.length));
    assertEquals(seen, sent);
  });

  test("keeps the order between subjects too", async ({ port, unique }) => {
    const root = unique("order");
    const seen = collect(port, `${root}.*`);
    const sent = Array.from({ length: 100 }, (_, index) => `${root}.s${index % 7}=${index}`);
    for (let index = 0; index < sent.length; index++) {
      port.publish(`${root}.s${index % 7}`, String(index));
    }
    await eventually(() => assertEquals(seen, sent));
  });

  test("delivers to many listeners", async ({ port, unique }) => {
    const subject = unique("many");
    const all = Array.from({ length: 200 }, () => collect(port, subject));
    port.publish(subject, "x");
    await eventually(() => {
      for (const seen of all) assertEquals(seen, [`${subject}=x`]);
    });
  });

  test("carries any text", async ({ port, unique }) => {
    const subject = unique("text");
    const texts = ["", " ", "öß€😀", '{"a":"\\n"}', "\0\r\n", "x".repeat(100_000)];
    const seen = collect(port, subject);
    for (const text of texts) port.publish(subject, text);
    await eventually(() => assertEquals(seen, texts.map((text) => `${subject}=${text}`)));
  });

  test("matches wildcards by words", async ({ port, unique }) => {
    const root = unique("wild");
    const patterns = ["a.b", "a.*", "*.b", "a.>", ">", "a.*.c", "a.*.>"];
    const seen = patterns.map((pattern) => collect(port, `${root}.${pattern}`));
    for (const subject of ["a", "a.b", "a.c", "x.b", "a.b.c", "a.b.c.d"]) {
      port.publish(`${root}.${subject}`, "");
    }
    await settle(port, unique("marker"));
    const plain = (subjects: string[]): string =>
      subjects.map((subject) => subject.slice(root.length + 1, -1)).join(" ");
    assertEquals(
      Object.fromEntries(patterns.map((pattern, index) => [
        pattern,
        plain(seen[index] ?? []),
      ])),
      {
        "a.b": "a.b",
        "a.*": "a.b a.c",
        "*.b": "a.b x.b",
        "a.>": "a.b a.c a.b.c a.b.c.d",
        ">": "a a.b a.c x.b a.b.c a.b.c.d",
        "a.*.c": "a.b.c",
        "a.*.>": "a.b.c a.b.c.d",
      },
    );
  });

  test("refuses bad subjects", async ({ port }) => {
    for (const subject of ["", "a..b", ".a", "a.", "a b", "a\nb"]) {
      assertThrows(() => port.publish(subject, ""), TypeError);
      assertThrows(() => port.subscribe(subject, () => {}), TypeError);
      await assertRejects(() => port.request(subject, "", DEADLINE), TypeError);
    }
    for (const subject of ["a.*", "a.>"]) {
      assertThrows(() => port.publish(subject, ""), TypeError);
    }
    assertThrows(() => port.subscribe("a.>.b", () => {}), TypeError);
  });
}

function testListeners(test: RegisterCase<PubSub>): void {
  test("runs no listener inside publish", async ({ port, unique }) => {
    const subject = unique("async");
    const steps: string[] = [];
    port.subscribe(subject, () => void steps.push("listener"));
    port.publish(subject, "");
    steps.push("published");
    await eventually(() => assertEquals(steps.length, 2));
    assertEquals(steps, ["published", "listener"]);
  });

  test("goes on after a listener that throws or rejects", async ({ port, unique }) => {
    const subject = unique("throw");
    port.subscribe(subject, () => {
      throw new Error("thrown by a listener");
    });
    port.subscribe(subject, () => Promise.reject(new Error("rejected by a listener")));
    const seen = collect(port, subject);
    port.publish(subject, "1");
    port.publish(subject, "2");
    await eventually(() => assertEquals(seen, [`${subject}=1`, `${subject}=2`]));
  });

  test("stops when a subscription is closed, for that one alone", async ({ port, unique }) => {
    const subject = unique("close");
    const seen: string[] = [];
    const closed = port.subscribe(subject, ({ payload }) => void seen.push(payload));
    const other = collect(port, subject);
    port.publish(subject, "1");
    await settle(port, unique("marker"));
    port.publish(subject, "2");
    await closed.close();
    await closed.close();
    await settle(port, unique("marker"));
    // Not even what was on its way when it closed.
    assertEquals([seen, other], [["1"], [`${subject}=1`, `${subject}=2`]]);
  });

  test("does not deliver what was sent before the subscription", async ({ port, unique }) => {
    const subject = unique("late");
    port.publish(subject, "early");
    const seen = collect(port, subject);
    await settle(port, unique("marker"));
    assertEquals(seen, []);
  });

  test("ignores an answer to what is no request", async ({ port, unique }) => {
    const subject = unique("respond");
    port.subscribe(subject, (message) => message.respond("nobody asked"));
    const seen = collect(port, subject);
    port.publish(subject, "");
    await eventually(() => assertEquals(seen.length, 1));
  });
}

function testRequests(test: RegisterCase<PubSub>): void {
  test("brings each request its reply", async ({ port, unique }) => {
    const subject = unique("echo");
    port.subscribe(subject, (message) => message.respond(`re ${message.payload}`));
    const replies = await Promise.all(
      Array.from({ length: 100 }, (_, index) => port.request(subject, String(index), DEADLINE)),
    );
    assertEquals(replies, Array.from({ length: 100 }, (_, index) => `re ${index}`));
  });

  test("takes a reply that comes later, and the first of several", async ({ port, unique }) => {
    const subject = unique("several");
    port.subscribe(subject, async (message) => {
      await Promise.resolve();
      message.respond("first");
      message.respond("second");
    });
    assertEquals(await port.request(subject, "", DEADLINE), "first");
  });

  test("says at once when nobody listens", async ({ port, unique }) => {
    const subject = unique("nobody");
    await port.subscribe(subject, () => {}).close();
    for (const target of [subject, `${subject}.never`]) {
      const error = await inTime(assertRejects(
        () => port.request(target, "", { deadlineMs: 10 * CONTRACT_DEADLINE_MS }),
        PubSubRequestError,
      ));
      assertEquals(error.failure, "no_responders");
    }
  });

  test("gives a request up at its deadline and ignores a late reply", async ({ port, unique }) => {
    const subject = unique("slow");
    const answers: (() => void)[] = [];
    port.subscribe(subject, (message) => void answers.push(() => message.respond("late")));
    const error = await assertRejects(
      () => port.request(subject, "", { deadlineMs: 50 }),
      PubSubRequestError,
    );
    assertEquals(error.failure, "deadline_exceeded");
    await eventually(() => assertEquals(answers.length, 1));
    for (const answer of answers) answer();
    await settle(port, unique("marker"));
  });
}

function testLife(test: RegisterCase<PubSub>): void {
  test("fails requests in hand and refuses new ones when it closes", async ({ port, unique }) => {
    const subject = unique("close");
    const asked = Promise.withResolvers<void>();
    port.subscribe(subject, () => asked.resolve());
    const inHand = assertRejects(() => port.request(subject, "", DEADLINE), PubSubRequestError);
    await inTime(asked.promise);
    await inTime(port.close());
    await port.close();
    assertEquals((await inTime(inHand)).failure, "unavailable");
    const refused = await assertRejects(
      () => port.request(subject, "", DEADLINE),
      PubSubRequestError,
    );
    assertEquals(refused.failure, "unavailable");
    port.publish(subject, "dropped");
    assertThrows(() => port.subscribe(subject, () => {}), Error);
  });

  test("keeps its subscriptions when its server is back", async ({ port, unique, restart }) => {
    const root = unique("restart");
    const seen = collect(port, `${root}.*`);
    port.publish(`${root}.a`, "before");
    await eventually(() => assertEquals(seen.length, 1));
    await restart(() => Promise.resolve(port.publish(`${root}.a`, "while down")));
    await eventually(() => {
      port.publish(`${root}.a`, "after");
      assertEquals(seen.includes(`${root}.a=after`), true);
    });
  }, { restart: true });
}
