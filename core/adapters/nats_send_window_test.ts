import { assertEquals } from "@std/assert";
import { NatsSendWindow } from "./nats_send_window.ts";

const KIB = 1_024;

/** A server that confirms when it is told to. */
function open(bytesMax: number): {
  readonly window: NatsSendWindow;
  readonly asked: PromiseWithResolvers<void>[];
} {
  const asked: PromiseWithResolvers<void>[] = [];
  const flush = (): Promise<void> => {
    const answer = Promise.withResolvers<void>();
    asked.push(answer);
    return answer.promise;
  };
  return { window: new NatsSendWindow(flush, bytesMax), asked };
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 8; turn++) await Promise.resolve();
}

Deno.test("NatsSendWindow admits no more than its bound until the server confirms", async () => {
  const { window, asked } = open(600 * KIB);
  const payload = new Uint8Array(100 * KIB);
  const admitted = (): number => {
    let count = 0;
    while (window.admit("s", payload)) count++;
    return count;
  };
  assertEquals(admitted(), 5);
  await settle();
  assertEquals(asked.length, 1);
  assertEquals(admitted(), 0);
  asked[0]?.resolve();
  await settle();
  assertEquals(admitted(), 5);
});

Deno.test("NatsSendWindow asks once for what was sent until then", async () => {
  const { window, asked } = open(1_000 * KIB);
  const payload = new Uint8Array(300 * KIB);
  window.admit("s", payload);
  assertEquals(asked.length, 0);
  await settle();
  window.admit("s", payload);
  await settle();
  assertEquals(asked.length, 1);
  // What came after the question is not answered by it.
  asked[0]?.resolve();
  await settle();
  assertEquals(asked.length, 2);
});

Deno.test("NatsSendWindow asks nothing for a trickle", async () => {
  const { window, asked } = open(1_000 * KIB);
  window.admit("s", new Uint8Array(100 * KIB));
  await settle();
  assertEquals(asked.length, 0);
});

Deno.test("NatsSendWindow bears a connection that is lost", async () => {
  const { window, asked } = open(300 * KIB);
  window.admit("s", new Uint8Array(290 * KIB));
  await settle();
  asked[0]?.reject(new Error("lost"));
  await settle();
  assertEquals(window.admit("s", new Uint8Array(290 * KIB)), false);
});
