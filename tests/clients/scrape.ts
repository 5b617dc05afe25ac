import { assertEquals } from "@std/assert";

/** Every sample of a `/metrics` page, by its name with labels as printed. */
export type Samples = ReadonlyMap<string, number>;

/** Where a service's ops HTTP listens. */
export interface OpsAddress {
  /** An IP address. */
  readonly hostname: string;
  /** The port that was bound. */
  readonly port: number;
}

/** Reads a service's metrics. */
export async function scrape(ops: OpsAddress): Promise<Samples> {
  const response = await fetch(`http://${ops.hostname}:${ops.port}/metrics`);
  const text = await response.text();
  assertEquals(response.status, 200);
  const samples = new Map<string, number>();
  for (const line of text.split("\n")) {
    const space = line.lastIndexOf(" ");
    if (line.startsWith("#") || space < 0) continue;
    samples.set(line.slice(0, space), Number(line.slice(space + 1)));
  }
  return samples;
}

/** What the game server has dropped for a reason. */
export async function dropCount(ops: OpsAddress, reason: string): Promise<number> {
  return (await scrape(ops)).get(`game_drops_total{reason="${reason}"}`) ?? NaN;
}
