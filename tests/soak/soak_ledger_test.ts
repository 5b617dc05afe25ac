import { assertEquals } from "@std/assert";
import type { SqlDatabase, SqlRow } from "../../core/ports/sql_database.ts";
import { memoryBounded } from "./memory_watch.ts";
import { emptyTally } from "./revocation_probe.ts";
import { balanceLedger, faultUnseen } from "./soak_ledger.ts";
import type { SoakPlayerRecord } from "./soak_player.ts";
import { openSoakPlayerRecord, readSoakEvents } from "./testing.ts";

const OUT = { event_type: "user_logged_out", username: "ann" };
const RULE = "Every logout that was told of is in the event log";

/** What the ledger says of logouts where the log has as many, and the database nothing. */
async function logoutFaults(player: SoakPlayerRecord, logged: number): Promise<readonly string[]> {
  const events = await readSoakEvents(Array.from({ length: logged }, () => OUT), "auth_events");
  const database = { query: (): Promise<SqlRow[]> => Promise.resolve([]) } as Partial<
    SqlDatabase
  > as SqlDatabase;
  const sources = { players: [player], events, watch: { faults: [] }, probes: emptyTally() };
  const ledger = await balanceLedger({ ...sources, ports: { database } });
  return ledger.find(({ rule }) => rule === RULE)?.faults ?? ["no such rule"];
}

Deno.test("balanceLedger finds a logout that was told of and not logged", async () => {
  const player = openSoakPlayerRecord();
  player.logoutCount = 2;
  assertEquals(await logoutFaults(player, 2), []);
  // The answer to one was lost.
  assertEquals(await logoutFaults(player, 3), []);
  assertEquals(await logoutFaults(player, 1), ["ann logged out 2 times, logged 1"]);
});

Deno.test("faultUnseen has a rule fail that was looked at nowhere", () => {
  const line = { rule: "All is well", faults: [] };
  assertEquals(faultUnseen({ ...line, checked: 0 }).faults, ["All is well: nothing was looked at"]);
  assertEquals(faultUnseen({ ...line, checked: 1 }).faults, []);
});

Deno.test("memoryBounded finds a process that grows, where it lived long enough to tell", () => {
  const calm = { serverId: "one", watchedMs: 600_000, mostBytes: 1, slopeBytesPerHour: 1e6 };
  const grown = { ...calm, serverId: "two", slopeBytesPerHour: 512 * 1_048_576 };
  assertEquals(memoryBounded([calm, grown]).map(({ checked, faults }) => [checked, faults]), [
    [2, ["two grows by 512.0 MiB/h"]],
  ]);
  assertEquals(memoryBounded([{ ...grown, watchedMs: 599_999 }]), []);
});
