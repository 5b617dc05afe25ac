/** Backups of Redis: what a script saved, another restores, and the keys are the same. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { whyNoProgram } from "../brokers/broker_here.ts";
import { RedisBroker } from "../brokers/redis_broker.ts";
import { brokerTest } from "../brokers/require_brokers.ts";
import { inTime } from "../contract/eventually.ts";
import { runScript, type ScriptResult } from "./backup_script.ts";

const whyNot = await whyNoProgram("redis-server") ?? await whyNoProgram("redis-cli") ??
  await whyNoProgram("redis-check-rdb");
const PASSWORD = "a5ecret";
const TTL_MS = 1_000_000;
const KEEP = "3";

brokerTest(
  "A backup of Redis restores into an empty one: every key, its kind, its value and its end",
  whyNot === undefined,
  whyNot ?? "",
  async () => {
    await using opened = new AsyncDisposableStack();
    const folder = await makeFolder(opened);
    const source = await startRedis(opened);
    await fill(source);
    const before = await readKeys(source);
    assertEquals(before.size, 6);
    const saved = await backUp(source, folder);
    assertEquals(saved.code, 0, saved.error);
    assertMatch(saved.output, /\/redis-\d{8}T\d{6}Z\.rdb$/);
    assertEquals(((await Deno.stat(saved.output)).mode ?? 0) & 0o777, 0o600);

    const target = await startRedis(opened);
    const dataFolder = (await ask(target, "CONFIG", "GET", "dir")).split("\n")[1] ?? "";
    await target.kill();
    const refused = await restore(saved.output, dataFolder);
    assertEquals(refused, {
      code: 1,
      output: "",
      error: `Cannot restore into ${dataFolder}: it is not empty`,
    });
    await empty(dataFolder);
    const restored = await restore(saved.output, dataFolder);
    assertEquals(restored.code, 0, restored.error);
    assertStringIncludes(restored.output, "restored 6 keys");
    await target.startAgain();
    assertEquals(await readKeys(target), before);
    // What it is told from now on is in the same log.
    assertEquals(await ask(target, "SET", "later", "yes"), "OK");
    await target.kill();
    await target.startAgain();
    assertEquals((await readKeys(target)).size, 7);
  },
);

brokerTest(
  "Backups of Redis stay to a number, the newest of them, and only whole ones",
  whyNot === undefined,
  whyNot ?? "",
  async () => {
    await using opened = new AsyncDisposableStack();
    const folder = await makeFolder(opened);
    const redis = await startRedis(opened);
    const names = ["redis-20200101T000000Z.rdb", "redis-20200102T000000Z.rdb"];
    const others = ["redis-20200103T000000Z.rdb", "redis-20200103T000001Z.rdb.partial", "notes"];
    for (const name of [...names, ...others]) await Deno.writeTextFile(`${folder}/${name}`, "x");
    const saved = await backUp(redis, folder);
    assertEquals(saved.code, 0, saved.error);
    const left = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
    assertEquals(
      left.toSorted(),
      ["notes", names[1], others[0], saved.output.split("/").at(-1)].toSorted(),
    );
    await redis.kill();
    const failed = await backUp(redis, folder);
    assert(failed.code !== 0);
    const after = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
    assertEquals(after.filter((name) => name.endsWith(".rdb")).length, Number(KEEP));
    const env = { BACKUP_DIR: folder, BACKUP_KEEP: "0" };
    const { code, error } = await runScript("redis/backup.sh", { env });
    assertEquals([code, error], [2, 'Cannot read BACKUP_KEEP: must be 1 or more, is "0"']);
  },
);

brokerTest(
  "A damaged backup of Redis is refused before anything is written",
  whyNot === undefined,
  whyNot ?? "",
  async () => {
    await using opened = new AsyncDisposableStack();
    const [folder, dataFolder] = [await makeFolder(opened), await makeFolder(opened)];
    const redis = await startRedis(opened);
    await fill(redis);
    const { output: path } = await backUp(redis, folder);
    const bytes = await Deno.readFile(path);
    await Deno.writeFile(path, bytes.subarray(0, bytes.length / 2));
    assert((await restore(path, dataFolder)).code !== 0);
    assertEquals(await Array.fromAsync(Deno.readDir(dataFolder)), []);
  },
);

brokerTest(
  "A restore of Redis that finds the disk full says why and leaves its folder empty for the next",
  whyNot === undefined,
  whyNot ?? "",
  async () => {
    await using opened = new AsyncDisposableStack();
    const [folder, dataFolder] = [await makeFolder(opened), await makeFolder(opened)];
    const redis = await startRedis(opened);
    const value = crypto.getRandomValues(new Uint8Array(50_000)).toHex();
    assertEquals(await ask(redis, "SET", "large", value), "OK");
    const saved = await backUp(redis, folder);
    assertEquals(saved.code, 0, saved.error);
    const PATH = `${await boundRedis(opened)}:${Deno.env.get("PATH")}`;
    const args = [saved.output, dataFolder];
    const full = await inTime(runScript("redis/restore.sh", { args, env: { PATH } }));
    assertEquals([full.code, full.output], [1, ""]);
    // Redis' own log, then what it comes to.
    assertStringIncludes(full.error, "File too large");
    const [why] = full.error.split("\n").slice(-1);
    assertEquals(why, `Cannot restore into ${dataFolder}: the log of writes cannot be written`);
    assertEquals(await Array.fromAsync(Deno.readDir(dataFolder)), []);
    const restored = await restore(saved.output, dataFolder);
    assertEquals(restored.output, `restored 1 keys into ${dataFolder}`, restored.error);
  },
);

async function startRedis(opened: AsyncDisposableStack): Promise<RedisBroker> {
  const redis = await RedisBroker.start({
    // It would wait 5 s for more who want a copy.
    args: ["--requirepass", PASSWORD, "--repl-diskless-sync-delay", "0"],
  });
  opened.defer(() => redis.close());
  return redis;
}

async function makeFolder(opened: AsyncDisposableStack): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "tanks-backup-" });
  opened.defer(() => Deno.remove(folder, { recursive: true }));
  return folder;
}

/** A folder with a `redis-server` that can write no file larger than 32 KiB, as if the disk were full then. */
async function boundRedis(opened: AsyncDisposableStack): Promise<string> {
  const folder = await makeFolder(opened);
  await Deno.writeTextFile(
    `${folder}/redis-server`,
    '#!/bin/sh\ntrap "" XFSZ\nulimit -f 64\nPATH=${PATH#*:}\nexec redis-server "$@"\n',
    { mode: 0o755 },
  );
  return folder;
}

async function empty(folder: string): Promise<void> {
  for await (const { name } of Deno.readDir(folder)) {
    await Deno.remove(`${folder}/${name}`, { recursive: true });
  }
}

function backUp(redis: RedisBroker, folder: string): Promise<ScriptResult> {
  const place = { REDIS_PORT: String(redis.port), REDISCLI_AUTH: PASSWORD };
  return runScript("redis/backup.sh", {
    env: { ...place, BACKUP_DIR: folder, BACKUP_KEEP: KEEP },
  });
}

function restore(file: string, folder: string): Promise<ScriptResult> {
  return runScript("redis/restore.sh", { args: [file, folder], env: {} });
}

/** Every kind of key that the services use, and some that end by themselves. */
async function fill(redis: RedisBroker): Promise<void> {
  const commands = [
    ["SET", "text", "a b\n тест"],
    ["SET", "ends", "soon", "PX", String(TTL_MS)],
    ["ZADD", "sorted", "1.5", "one", "-2", "two"],
    ["HSET", "hash", "a", "1", "b", "2"],
    ["RPUSH", "list", "a", "b", "a"],
    ["SADD", "set", "a", "b"],
    ["PEXPIRE", "sorted", String(TTL_MS)],
  ];
  for (const command of commands) {
    assertMatch(await ask(redis, ...command), /^(?:OK|\d+)$/);
  }
}

/** What Redis itself would send to another one, and when it ends, by key. */
async function readKeys(redis: RedisBroker): Promise<Map<string, readonly string[]>> {
  const keys = (await ask(redis, "KEYS", "*")).split("\n").toSorted();
  const found = new Map<string, readonly string[]>();
  for (const key of keys) {
    const [type, value] = [await ask(redis, "TYPE", key), await ask(redis, ...reading(key))];
    found.set(key, [type, value, await ask(redis, "PEXPIRETIME", key)]);
  }
  assertMatch(found.get("ends")?.[2] ?? "", /^\d{13}$/);
  return found;
}

function reading(key: string): string[] {
  const commands: Readonly<Record<string, string[]>> = {
    sorted: ["ZRANGE", key, "0", "-1", "WITHSCORES"],
    hash: ["HGETALL", key],
    list: ["LRANGE", key, "0", "-1"],
    set: ["SORT", key, "ALPHA"],
  };
  return commands[key] ?? ["GET", key];
}

async function ask(redis: RedisBroker, ...command: string[]): Promise<string> {
  const { stdout } = await new Deno.Command("redis-cli", {
    args: ["-p", String(redis.port), ...command],
    env: { REDISCLI_AUTH: PASSWORD },
  }).output();
  return new TextDecoder().decode(stdout).trim();
}
