import { assert, assertEquals, assertRejects } from "@std/assert";
import type { ConstantsSource } from "../../core/ports/constants_source.ts";
import { contractCases, type ContractOptions, type Opened } from "./contract_cases.ts";
import { CONTRACT_DEADLINE_MS, eventually, inTime } from "./eventually.ts";

const DEADLINE = { deadlineMs: CONTRACT_DEADLINE_MS };

/** Registers the contract of {@linkcode ConstantsSource} on a table that has the seed's names. */
export function testConstantsSourceContract(
  name: string,
  open: () => Promise<Opened<ConstantsSource>>,
  options: ContractOptions = {},
): void {
  const test = contractCases(`ConstantsSource (${name})`, open, options);

  test("reads every row as text", async ({ port }) => {
    const rows = await port.read(DEADLINE);
    const values = new Map(rows.map((row) => [row.name, row.value]));
    for (
      const name of ["ServerStatus", "RateExp", "RatePvp", "RatePve", "RateColorMob", "RateSkill"]
    ) {
      assertEquals(Number(values.get(name)), 1, name);
    }
    assertEquals(Number(values.get("CLIENT_STATUS")), 256);
    for (const { description } of rows) assert(description.length > 0);
  });

  test("reads the same for many at once", async ({ port }) => {
    const expected = await port.read(DEADLINE);
    const all = await Promise.all(Array.from({ length: 20 }, () => port.read(DEADLINE)));
    for (const rows of all) assertEquals(rows, expected);
  });

  test("refuses to read once it is closed", async ({ port }) => {
    await port.close();
    await port.close();
    await assertRejects(() => port.read(DEADLINE), Error);
  });

  test("rejects while its server is down and reads when it is back", async ({ port, restart }) => {
    const expected = await port.read(DEADLINE);
    await restart(async () => {
      await inTime(assertRejects(() => port.read({ deadlineMs: 1000 }), Error));
    });
    await eventually(async () => assertEquals(await port.read({ deadlineMs: 1000 }), expected));
  }, { restart: true });
}
