import { assert, assertEquals } from "@std/assert";
import type { JsonObject } from "../../core/json.ts";
import { objectAt, parseJsonObject } from "../clients/json_fields.ts";
import { type OpsAddress, scrape } from "../clients/scrape.ts";
import { eventually } from "../contract/eventually.ts";
import type { TestSystem } from "../harness.ts";

/** How long anything may take while brokers are killed and started on a busy machine, in milliseconds. */
export const OUTAGE_PATIENCE_MS = 60_000;

/** What `/readyz` of a service says is down, by name. */
export async function readDown({ hostname, port }: OpsAddress): Promise<JsonObject> {
  const response = await fetch(`http://${hostname}:${port}/readyz`);
  return objectAt(parseJsonObject(await response.text()), "down");
}

/** Waits until readiness and metrics of both services say of the brokers named that they are down. */
export function untilDown(system: TestSystem, brokers: readonly string[]): Promise<void> {
  return untilState(system, brokers, false);
}

/** Waits until they say that the brokers are up. */
export function untilUp(system: TestSystem, brokers: readonly string[]): Promise<void> {
  return untilState(system, brokers, true);
}

function untilState(system: TestSystem, brokers: readonly string[], isUp: boolean): Promise<void> {
  return eventually(async () => {
    for (const { addresses: { ops } } of [system.game, system.auth]) {
      const down = await readDown(ops);
      const samples = await scrape(ops);
      for (const broker of brokers) {
        const reason = down[broker];
        assertEquals(reason === undefined, isUp, `${broker}: ${reason}`);
        assert(isUp || reason !== "", `${broker} is down for no reason`);
        const sample = `broker_up{broker="${broker}"}`;
        assertEquals(samples.get(sample), isUp ? 1 : 0, sample);
      }
    }
  }, OUTAGE_PATIENCE_MS);
}
