/**
 * Clients of a WebSocket, each sending inputs at a steady rate and counting what comes:
 * `relay_load.ts <ws url> <clients> <inputs a second> <seconds> [<nats url> <redis url>]`. With the two
 * addresses it is a gateway's clients, and the server of their match besides, which answers each input
 * with a state. Prints `sending` once everybody does, and at the end what came.
 *
 * @module
 */
import { openPorts } from "../../core/adapters/open.ts";
import { parsePortsConfig } from "../../core/adapters/ports_config.ts";
import { silentLog } from "../../core/log.ts";
import { encodeMatchOwner, matchOwnerKey } from "../../core/protocol/match_owner.ts";
import {
  encodeRelaySeat,
  matchInputSubject,
  playerStateSubject,
  RELAY_KINDS,
  tryParseRelayJoin,
  trySplitRelayMessage,
} from "../../core/protocol/match_relay.ts";
import { openTestContext } from "../harness.ts";
import { INPUT_FRAME, RELAY_MATCH, STATE_FRAME } from "./relay_messages.ts";

const GROUPS = 8;
const INPUT = '"action":"input"';
const [url = "", clients = "", rate = "", seconds = "", natsUrl, redisUrl] = Deno.args;
const clientCount = Number(clients);
const isRelayed = natsUrl !== undefined && redisUrl !== undefined;
const dataDir = await Deno.makeTempDir();

if (isRelayed) await serveMatch({ NATS_URL: natsUrl, REDIS_URL: redisUrl });
let received = 0;
const sockets: WebSocket[] = [];
for (let index = 0; index < clientCount; index++) sockets.push(await connect(index));
let sent = 0;
let next = 0;
// A part of them at a time, as people do not press their keys together.
const timer = setInterval(() => {
  for (let index = next; index < sockets.length; index += GROUPS) {
    sockets[index]?.send(INPUT_FRAME);
    sent++;
  }
  next = (next + 1) % GROUPS;
}, 1_000 / Number(rate) / GROUPS);
say("sending");
const startMs = performance.now();
[received, sent] = [0, 0];
await new Promise((resolve) => setTimeout(resolve, Number(seconds) * 1_000));
clearInterval(timer);
const measuredS = (performance.now() - startMs) / 1_000;
await Deno.remove(dataDir, { recursive: true });
say(JSON.stringify({ received, sent, seconds: measuredS }));
Deno.exit(0);

async function connect(index: number): Promise<WebSocket> {
  const socket = new WebSocket(url);
  const opened = Promise.withResolvers<void>();
  const joined = Promise.withResolvers<void>();
  socket.onclose = ({ code }): void => {
    for (const { reject } of [opened, joined]) reject(new Error(`Closed with ${code}`));
  };
  socket.onopen = (): void => opened.resolve();
  socket.onmessage = (): void => {
    received++;
    joined.resolve();
  };
  await opened.promise;
  const auth = { type: "AUTH", match_id: RELAY_MATCH, token: `player-${index}` };
  socket.send(isRelayed ? JSON.stringify(auth) : INPUT_FRAME);
  await joined.promise;
  return socket;
}

/** Answers for the match as its server would: a seat for each join, a state for each input. */
async function serveMatch(env: Readonly<Record<string, string>>): Promise<void> {
  const ports = await openPorts(["pubSub", "kvStore"], {
    ...{ dataDir, alone: false, clientId: "bench" },
    config: parsePortsConfig(new Map(Object.entries(env))),
  }, openTestContext(silentLog));
  const { pubSub, kvStore } = ports;
  const owner = encodeMatchOwner({ serverId: "bench", epoch: 1, host: "127.0.0.1", udpPort: 1 });
  await kvStore.set(matchOwnerKey(RELAY_MATCH), owner);
  const subjects = new Map<string, string>();
  pubSub.subscribe(matchInputSubject(RELAY_MATCH), (message) => {
    const split = trySplitRelayMessage(message.payload);
    const join = split === undefined ? tryParseRelayJoin(message.payload) : undefined;
    if (join !== undefined) {
      const { session, token: playerId } = join;
      subjects.set(session, playerStateSubject(RELAY_MATCH, playerId));
      const seat = { playerId, tankId: "tank", resumeToken: playerId, epoch: 1 };
      return message.respond(encodeRelaySeat(seat, "{}"));
    }
    const subject = subjects.get(split?.session ?? "");
    // A gateway says now and then that a client is there, which is no input.
    if (subject !== undefined && split?.json.includes(INPUT)) {
      pubSub.publish(subject, RELAY_KINDS.state + STATE_FRAME);
    }
  });
}

function say(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
}
