import { assertEquals, assertRejects } from "@std/assert";
import { Mailbox } from "./mailbox.ts";

const isEven = (value: number): boolean => value % 2 === 0;

Deno.test("Mailbox gives what is there, or what comes, to who asks for it", async () => {
  const mailbox = new Mailbox<number>(10);
  for (const value of [1, 2, 3]) mailbox.push(value);
  assertEquals(await mailbox.take({ what: "an even one", matches: isEven }), 2);
  assertEquals(await mailbox.take({ what: "any" }), 1);
  const later = mailbox.take({ what: "an even one", matches: isEven });
  mailbox.push(5);
  mailbox.push(6);
  assertEquals(await later, 6);
  assertEquals(mailbox.takeAll(), [3, 5]);
});

Deno.test("Mailbox drops the oldest beyond its bound", () => {
  const mailbox = new Mailbox<number>(2);
  for (const value of [1, 2, 3]) mailbox.push(value);
  assertEquals(mailbox.takeAll(), [2, 3]);
});

Deno.test("Mailbox says what did not come in time", async () => {
  const mailbox = new Mailbox<number>(10);
  mailbox.push(1);
  const wanted = { what: "an even one", matches: isEven, deadlineMs: 1 };
  await assertRejects(() => mailbox.take(wanted), Error, "Cannot get an even one");
});

Deno.test("Mailbox tells everybody that nothing more will come", async () => {
  const mailbox = new Mailbox<number>(10);
  mailbox.push(1);
  const waiting = mailbox.take({ what: "an even one", matches: isEven });
  mailbox.end(new Error("closed"));
  await assertRejects(() => waiting, Error, "closed");
  await assertRejects(() => mailbox.take({ what: "an even one", matches: isEven }), Error);
  assertEquals(await mailbox.take({ what: "any" }), 1);
});
