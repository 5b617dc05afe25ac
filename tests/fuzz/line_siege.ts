import { assert, assertEquals } from "@std/assert";
import { tryDecodeUtf8 } from "../../core/net/utf8.ts";
import { Rng } from "../../core/rng.ts";
import { parseMessage } from "../../game/wire/json_message.ts";
import { parseJsonObject, textAt } from "../clients/json_fields.ts";
import { LineClient } from "../clients/line_client.ts";
import { type LineBatch, LineBatches, type LineTarget, type SeenLine } from "./line_batches.ts";
import type { Address } from "./service_process.ts";
import { Tally } from "./tally.ts";

/** Connections at once. */
const CONNECTIONS = 4;
const HASHES_MAX = 6;
const BATCH_DEADLINE_MS = 30_000;
/** In the game the first attacker logs in every so many connections before it becomes hostile. */
const LOGIN_PERIOD = 20;

/** What lines are thrown at. */
export interface LineSiege {
  /** Whose protocol it is. */
  readonly target: LineTarget;
  /** Of its TCP socket. */
  readonly address: Address;
  /** Of the lines and of how they are cut. */
  readonly seed: number;
  /** How many hostile things to throw. */
  readonly count: number;
}

/** What came of it. */
export interface LineSiegeReport {
  /** Hostile things; one with a newline in it makes several lines. */
  readonly thrownCount: number;
  /** Lines as the server sees them, after what ends a connection not counted. */
  readonly lineCount: number;
  /** Refusals that the lines should have had, by reason, as far as a line alone says. */
  readonly expected: Tally;
  /** Replies by their `code`, or by `ok` where they have none. */
  readonly replies: Tally;
}

/** Throws hostile lines from a few connections at once, and checks every reply. */
export async function throwLines(siege: LineSiege): Promise<LineSiegeReport> {
  const { target, address, seed, count } = siege;
  const batches = new LineBatches(target, { seed, hashesMax: HASHES_MAX });
  const rng = new Rng(seed + 1);
  const report = { thrownCount: 0, lineCount: 0, expected: new Tally(), replies: new Tally() };
  const attack = async (attacker: number): Promise<void> => {
    for (let batchCount = 0; report.thrownCount < count; batchCount++) {
      const batch = batches.next(count - report.thrownCount);
      report.thrownCount += batch.thrownCount;
      report.lineCount += batch.lines.length;
      // One at a time: who logs in displaces who has logged in by that name.
      const isPlayer = target === "game_line" && attacker === 0 && batchCount % LOGIN_PERIOD === 0;
      const lines = await exchange(batch, { address, rng, isPlayer });
      if (target === "auth_line") countAuth(batch, lines, report);
      else countGame(batch, lines, report);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, (_, attacker) => attack(attacker)));
  return report;
}

/** Sends a batch in a few pieces, shuts the sending side, and reads until the server closes. */
async function exchange(
  batch: LineBatch,
  options: { readonly address: Address; readonly rng: Rng; readonly isPlayer: boolean },
): Promise<string[]> {
  const { address, rng, isPlayer } = options;
  const lines: string[] = [];
  const onLine = (line: string): void => {
    // States are many, and nobody waits for them.
    if (!line.startsWith('{"type":')) lines.push(line);
  };
  const client = await LineClient.connect(address, { onLine });
  try {
    if (isPlayer) await client.sendLine("LOGIN testuser testpass");
    for (let at = 0; at < batch.bytes.length;) {
      const size = 1 + rng.below(rng.below(4) === 0 ? 10 : 20_000);
      await client.send(batch.bytes.subarray(at, at + size));
      at += size;
    }
    await client.closeWrite();
    assertEquals(await client.untilEnd(BATCH_DEADLINE_MS), "end_of_stream");
  } finally {
    await client.close();
  }
  return lines;
}

function countAuth(batch: LineBatch, replies: readonly string[], report: LineSiegeReport): void {
  // Whatever comes, a line is answered once.
  assertEquals(replies.length, batch.lines.length);
  for (const text of replies) {
    const reply = parseJsonObject(text);
    const status = textAt(reply, "status");
    assert(["success", "failure", "error"].includes(status), text);
    report.replies.add(status === "success" ? "ok" : textAt(reply, "code"));
  }
  for (const line of batch.lines) {
    const reason = authRefusal(line);
    if (reason !== undefined) report.expected.add(reason);
  }
}

/** What a line alone says about auth's reply; the rest takes auth's rules and accounts. */
function authRefusal(line: SeenLine): string | undefined {
  if (line === undefined) return "message_too_long";
  const text = tryDecodeUtf8(line);
  if (text === undefined) return "invalid_encoding";
  try {
    JSON.parse(text);
    return undefined;
  } catch {
    return "invalid_json";
  }
}

const GAME_REPLIES: readonly RegExp[] = [
  /^SERVER(?::|_ACK_CONNECTED$|_ERROR )/,
  /^(?:LOGIN_(?:SUCCESS|FAILURE) |REGISTER_FAILURE |COMMAND_RECEIVED (?:MOVE|SHOOT)$)/,
  /^(?:MOVE_ERROR |UNAUTHORIZED |EMPTY_COMMAND$|UNKNOWN_COMMAND$)/,
  // Somebody says something.
  /^testuser: /,
];

function countGame(batch: LineBatch, replies: readonly string[], report: LineSiegeReport): void {
  assertEquals(replies[0], "SERVER_ACK_CONNECTED");
  for (const text of replies) {
    if (!text.startsWith("{")) {
      assert(GAME_REPLIES.some((pattern) => pattern.test(text)), text);
      report.replies.add("ok");
      continue;
    }
    const { status, code } = parseJsonObject(text);
    assert(typeof status === "string", text);
    report.replies.add(typeof code === "string" ? code : "ok");
  }
  for (const line of batch.lines) {
    const reason = gameRefusal(line);
    if (reason !== undefined) report.expected.add(reason);
  }
}

/** Why the game server refuses a line, as far as the line alone says. */
function gameRefusal(line: SeenLine): string | undefined {
  if (line === undefined) return "too_large";
  const text = tryDecodeUtf8(line);
  if (text === undefined) return "invalid_encoding";
  if (!text.startsWith("{")) return undefined;
  const parsed = parseMessage(text);
  return parsed.ok ? undefined : parsed.reason;
}
