/**
 * Computes scrypt hashes with nothing around them: `raw_scrypt.ts <hashes> <at once>` prints how many
 * a second, of time and of processor time. N = 2^14, r = 8, p = 5, as auth has them.
 *
 * @module
 */
import { randomBytes, scrypt } from "node:crypto";
import { cpuUsage } from "node:process";

const COST = { N: 2 ** 14, r: 8, p: 5, maxmem: 64 * 1_024 * 1_024 };
const HASH_BYTES = 32;
const SALT_BYTES = 16;

const [hashCount = 1, parallelism = 1] = Deno.args.map(Number);
await hash();
let left = hashCount;
const startMs = performance.now();
const startCpu = cpuUsage();
await Promise.all(Array.from({ length: parallelism }, work));
const perSecond = hashCount / ((performance.now() - startMs) / 1_000);
const cpu = cpuUsage(startCpu);
const perCpuSecond = hashCount / ((cpu.user + cpu.system) / 1_000_000);
const result = JSON.stringify({ perSecond, perCpuSecond });
Deno.stdout.writeSync(new TextEncoder().encode(`${result}\n`));

async function work(): Promise<void> {
  while (left-- > 0) await hash();
}

function hash(): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    scrypt("password123", randomBytes(SALT_BYTES), HASH_BYTES, COST, (error, key) => {
      if (error) reject(error);
      else resolve(key);
    });
  });
}
