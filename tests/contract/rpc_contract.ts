// Long because it is the whole contract of one port, case by case.
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { JsonValue } from "../../core/json.ts";
import { type Rpc, RpcError, type RpcFailure } from "../../core/ports/rpc.ts";
import {
  contractCases,
  type ContractOptions,
  type Opened,
  type RegisterCase,
} from "./contract_cases.ts";
import { CONTRACT_DEADLINE_MS, eventually, inTime } from "./eventually.ts";

/** What an {@linkcode Rpc} is told to take, for the case about it. */
export interface RpcContractOptions extends ContractOptions {
  /** Calls that one server takes at once, a small number; undefined passes the case over. */
  readonly callsMax?: number;
}

/** Registers the contract of {@linkcode Rpc} for one implementation. */
export function testRpcContract(
  name: string,
  open: () => Promise<Opened<Rpc>>,
  options: RpcContractOptions = {},
): void {
  const test = contractCases(`Rpc (${name})`, open, options);
  testCalls(test);
  testFailures(test);
  testLife(test);
  if (options.callsMax !== undefined) testOverload(test, options.callsMax);
}

const DEADLINE = { deadlineMs: CONTRACT_DEADLINE_MS };

function echo(request: JsonValue): Promise<JsonValue> {
  return Promise.resolve({ echo: request });
}

async function assertFails(call: () => Promise<JsonValue>, failure: RpcFailure): Promise<RpcError> {
  const error = await inTime(assertRejects(call, RpcError));
  assertEquals(error.failure, failure, error.message);
  return error;
}

function testCalls(test: RegisterCase<Rpc>): void {
  test("brings each call its own reply", async ({ port, unique }) => {
    const service = unique("echo");
    await port.serve(service, async (request) => {
      // Later calls are answered before earlier ones.
      if (Number(request) % 2 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
      return { echo: request };
    });
    const replies = await Promise.all(
      Array.from({ length: 100 }, (_, index) => port.call(service, index, DEADLINE)),
    );
    assertEquals(replies, Array.from({ length: 100 }, (_, index) => ({ echo: index })));
  });

  test("carries any JSON both ways", async ({ port, unique }) => {
    const service = unique("json");
    await port.serve(service, echo);
    const values: JsonValue[] = [null, false, 0, -1.5, "", "öß€😀", [], {}, [1, [{ a: null }]], {
      deep: { list: ["x".repeat(50_000)] },
    }];
    for (const value of values) {
      assertEquals(await port.call(service, value, DEADLINE), { echo: value });
    }
  });

  test("shares neither the request nor the reply", async ({ port, unique }) => {
    const service = unique("copy");
    const reply = { list: [1] };
    await port.serve(service, (request) => {
      if (typeof request === "object" && request !== null) Object.assign(request, { seen: true });
      return Promise.resolve(reply);
    });
    const request = { a: 1 };
    Object.assign(Object(await port.call(service, request, DEADLINE)), { list: [2] });
    assertEquals([request, reply], [{ a: 1 }, { list: [1] }]);
    assertEquals(await port.call(service, request, DEADLINE), { list: [1] });
  });

  test("shares calls among servers of one name", async ({ port, unique }) => {
    const service = unique("share");
    const counts = [0, 0, 0];
    for (const index of counts.keys()) {
      await port.serve(service, () => {
        counts[index] = (counts[index] ?? 0) + 1;
        return Promise.resolve(index);
      });
    }
    for (let call = 0; call < 60; call++) await port.call(service, null, DEADLINE);
    assertEquals(counts.reduce((sum, count) => sum + count), 60);
    for (const count of counts) assert(count >= 10, `counts ${counts}`);
  });

  test("keeps services apart", async ({ port, unique }) => {
    const [left, right] = [unique("left"), unique("right")];
    await port.serve(left, () => Promise.resolve("left"));
    await port.serve(right, () => Promise.resolve("right"));
    assertEquals(await port.call(left, null, DEADLINE), "left");
    assertEquals(await port.call(right, null, DEADLINE), "right");
  });

  test("lets a handler call another service", async ({ port, unique }) => {
    const [outer, inner] = [unique("outer"), unique("inner")];
    await port.serve(inner, echo);
    await port.serve(outer, (request) => port.call(inner, request, DEADLINE));
    assertEquals(await port.call(outer, 7, DEADLINE), { echo: 7 });
  });
}

function testFailures(test: RegisterCase<Rpc>): void {
  test("says at once when nobody serves", async ({ port, unique }) => {
    const service = unique("nobody");
    const patient = { deadlineMs: 10 * CONTRACT_DEADLINE_MS };
    await assertFails(() => port.call(service, null, patient), "unavailable");
    const server = await port.serve(service, echo);
    assertEquals(await port.call(service, 1, DEADLINE), { echo: 1 });
    await server.close();
    await assertFails(() => port.call(service, null, patient), "unavailable");
  });

  test("gives a call up at its deadline and ignores the late reply", async ({ port, unique }) => {
    const service = unique("slow");
    const gate = Promise.withResolvers<void>();
    await port.serve(service, async (request) => {
      if (request === "slow") await gate.promise;
      return request;
    });
    await assertFails(() => port.call(service, "slow", { deadlineMs: 50 }), "deadline_exceeded");
    gate.resolve();
    assertEquals(await port.call(service, "next", DEADLINE), "next");
  });

  test("tells that a handler failed, without its text", async ({ port, unique }) => {
    const service = unique("fail");
    await port.serve(service, (request) => {
      if (request === "sync") throw new Error("a secret of the handler");
      return Promise.reject(new Error("a secret of the handler"));
    });
    for (const request of ["sync", "async"]) {
      const error = await assertFails(() => port.call(service, request, DEADLINE), "failed");
      assertEquals(`${error.message} ${error.cause}`.includes("secret"), false);
    }
  });

  test("gives a call up when its signal aborts", async ({ port, unique }) => {
    const service = unique("abort");
    const asked = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    await port.serve(service, async () => {
      asked.resolve();
      await gate.promise;
      return null;
    });
    const controller = new AbortController();
    const { signal } = controller;
    const reason = new Error("the caller left");
    const rejected = assertRejects(
      () => port.call(service, null, { ...DEADLINE, signal }),
      Error,
      "the caller left",
    );
    await inTime(asked.promise);
    controller.abort(reason);
    await inTime(rejected);
    await assertRejects(
      () => port.call(service, null, { ...DEADLINE, signal }),
      Error,
      "the caller left",
    );
    gate.resolve();
  });
}

function testOverload(test: RegisterCase<Rpc>, callsMax: number): void {
  test("refuses a call above what its server takes", async ({ port, unique }) => {
    const service = unique("overload");
    const gate = Promise.withResolvers<void>();
    let inHandCount = 0;
    await port.serve(service, async () => {
      inHandCount++;
      await gate.promise;
      return "done";
    });
    const calls = Array.from({ length: callsMax }, () => port.call(service, null, DEADLINE));
    await eventually(() => assertEquals(inHandCount, callsMax));
    await assertFails(() => port.call(service, null, DEADLINE), "overloaded");
    gate.resolve();
    assertEquals(await Promise.all(calls), calls.map(() => "done"));
    assertEquals(await port.call(service, null, DEADLINE), "done");
  });
}

function testLife(test: RegisterCase<Rpc>): void {
  test("answers the call in hand when a server closes", async ({ port, unique }) => {
    const service = unique("drain");
    const asked = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    const server = await port.serve(service, async () => {
      asked.resolve();
      await gate.promise;
      return "answered";
    });
    const call = port.call(service, null, DEADLINE);
    await inTime(asked.promise);
    const closed = server.close();
    gate.resolve();
    assertEquals(await inTime(call), "answered");
    await inTime(closed);
    await server.close();
  });

  test("fails the calls in hand and refuses new ones when it closes", async ({ port, unique }) => {
    const service = unique("close");
    const asked = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    let isDone = false;
    await port.serve(service, async () => {
      asked.resolve();
      await gate.promise;
      isDone = true;
      return null;
    });
    const inHand = assertFails(() => port.call(service, null, DEADLINE), "unavailable");
    await inTime(asked.promise);
    const closed = port.close().then(() => isDone);
    await inHand;
    gate.resolve();
    assertEquals(await inTime(closed), true, "close waits for the handler");
    await assertFails(() => port.call(service, null, DEADLINE), "unavailable");
    await assertRejects(() => port.serve(service, echo), Error);
  });

  test("serves again when its server is back", async ({ port, unique, restart }) => {
    const service = unique("restart");
    await port.serve(service, echo);
    assertEquals(await port.call(service, 1, DEADLINE), { echo: 1 });
    await restart(async () => {
      const error = await inTime(
        assertRejects(() => port.call(service, 2, { deadlineMs: 1000 }), RpcError),
      );
      assert(["unavailable", "deadline_exceeded"].includes(error.failure), error.failure);
    });
    await eventually(async () => {
      assertEquals(await port.call(service, 3, { deadlineMs: 1000 }), { echo: 3 });
    });
  }, { restart: true });
}
