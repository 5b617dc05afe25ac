import { createHash } from "node:crypto";
import type { RedisClient } from "./redis_client.ts";

/** What runs inside the server as one step, on one key. */
export interface RedisScript {
  /** Its text. */
  readonly lua: string;
  /** The name under which the server keeps it. */
  readonly sha: string;
}

/**
 * `KvStore.compareAndSet`: 1 when the value was the expected one. Arguments: the expected value and the
 * next one, each with a mark before it (`=`, or nothing at all for an absent one), and the time to live
 * in milliseconds or nothing.
 */
export const COMPARE_AND_SET: RedisScript = toScript(`
local expected, following, ttl = ARGV[1], ARGV[2], ARGV[3]
local current = redis.call('GET', KEYS[1])
if (current and '=' .. current or '') ~= expected then return 0 end
if following == '' then
  redis.call('DEL', KEYS[1])
elseif ttl == '' then
  redis.call('SET', KEYS[1], string.sub(following, 2))
else
  redis.call('SET', KEYS[1], string.sub(following, 2), 'PX', ttl)
end
return 1
`);

/**
 * `KvStore.increment`: the sum as text, or nil where the value or the sum is no exact integer. INCRBY
 * counts beyond what JavaScript has integers for, and knows no time to live. Arguments: what is added,
 * and the time to live of a new key in milliseconds or nothing.
 */
export const INCREMENT: RedisScript = toScript(`
local by, ttl = tonumber(ARGV[1]), ARGV[2]
local current = redis.call('GET', KEYS[1])
if current and not string.match(current, '^%-?%d+$') then return false end
local sum = tonumber(current or '0') + by
if sum ~= math.floor(sum) or math.abs(sum) > 9007199254740991 then return false end
local text = string.format('%.0f', sum + 0)
if current then
  redis.call('SET', KEYS[1], text, 'KEEPTTL')
elseif ttl == '' then
  redis.call('SET', KEYS[1], text)
else
  redis.call('SET', KEYS[1], text, 'PX', ttl)
end
return text
`);

/** Runs a script, sending its text only where the server does not have it. @throws Error as commands do */
export async function runScript(
  client: RedisClient,
  script: RedisScript,
  call: { readonly key: string; readonly args: readonly string[] },
): Promise<unknown> {
  try {
    return await client.evalsha(script.sha, 1, call.key, ...call.args);
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith("NOSCRIPT"))) throw error;
    return await client.eval(script.lua, 1, call.key, ...call.args);
  }
}

function toScript(lua: string): RedisScript {
  return { lua, sha: createHash("sha1").update(lua).digest("hex") };
}
