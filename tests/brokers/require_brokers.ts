/** Whether a test may be skipped for want of its broker: not where all of them were installed. */
function areBrokersRequired(): boolean {
  return Deno.env.get("REQUIRE_BROKERS") === "1";
}

/**
 * Says among the results that a broker is not here, and why: as a test that is skipped, or that fails
 * where `REQUIRE_BROKERS` is 1.
 *
 * @param whyNot undefined where the broker is here
 * @returns whether it is here, so that `ignore: !hasBroker(…)` skips what needs it
 */
export function hasBroker(broker: string, whyNot: string | undefined): boolean {
  if (whyNot === undefined) return true;
  Deno.test({
    name: `${broker} is here (it is not: ${whyNot})`,
    ignore: !areBrokersRequired(),
    fn: () => {
      throw new Error(`Cannot test ${broker}, though REQUIRE_BROKERS is 1: ${whyNot}`);
    },
  });
  return false;
}

/**
 * Registers a test that needs a real broker. Where that is not available the test is skipped, with the
 * reason beside its name; where `REQUIRE_BROKERS` is 1 it fails instead.
 */
export function brokerTest(
  name: string,
  available: boolean,
  reason: string,
  fn: () => Promise<void>,
): void {
  if (available) {
    // Vendors' clients keep timers and sockets for a moment after they are closed.
    Deno.test({ name, fn, sanitizeOps: false, sanitizeResources: false });
    return;
  }
  Deno.test({
    name: `${name} (skipped: ${reason})`,
    ignore: !areBrokersRequired(),
    fn: () => {
      throw new Error(`Cannot skip, because REQUIRE_BROKERS is 1: ${reason}`);
    },
  });
}
