import { context, type ContextManager, ROOT_CONTEXT, trace } from "@opentelemetry/api";
import { assertEquals } from "@std/assert";
import { nameRequestSpan } from "./tracing.ts";

Deno.test("nameRequestSpan does nothing in a process that does not trace", () => {
  nameRequestSpan("GET", "/rooms/:code");
});

Deno.test("nameRequestSpan tells the active span its route, and its name by it", () => {
  const told: unknown[] = [];
  const span = trace.wrapSpanContext({
    traceId: "1".repeat(32),
    spanId: "1".repeat(16),
    traceFlags: 1,
  });
  span.setAttribute = (name, value) => (told.push([name, value]), span);
  span.updateName = (name) => (told.push(name), span);
  context.setGlobalContextManager(managerOf(trace.setSpan(ROOT_CONTEXT, span)));
  try {
    nameRequestSpan("GET", "/rooms/:code");
  } finally {
    context.disable();
  }
  assertEquals(told, [["http.route", "/rooms/:code"], "GET /rooms/:code"]);
});

/** A manager in which one context is always the active one. */
function managerOf(active: typeof ROOT_CONTEXT): ContextManager {
  const manager: ContextManager = {
    active: () => active,
    with: (_context, work, thisArg, ...args) => work.call(thisArg, ...args),
    bind: (_context, target) => target,
    enable: () => manager,
    disable: () => manager,
  };
  return manager;
}
