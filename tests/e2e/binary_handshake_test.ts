/** Who may join with the binary protocol, and what strangers get: game/wire/README.md. */
import { assert, assertEquals } from "@std/assert";
import { systemClock } from "../../core/clock.ts";
import { Rng } from "../../core/rng.ts";
import { BinaryClient } from "../../game/client/binary_client.ts";
import { GameClient } from "../../game/client/game_client.ts";
import { openUdpTransport } from "../../game/client/udp_transport.ts";
import { encodeHello, HELLO_BYTES, NONCE_BYTES } from "../../game/wire/hello_message.ts";
import { encodeJoin } from "../../game/wire/join_message.ts";
import { loginToken, PLAYER1 } from "../clients/auth_requests.ts";
import { scrape } from "../clients/scrape.ts";
import { withSystem } from "../harness.ts";
import { openBinaryPlayer, playBinary, STILL, type UdpAddress } from "./binary_players.ts";

const DEADLINE_MS = 30_000;

function helloOf(nonce: number): Uint8Array {
  const datagram = new Uint8Array(HELLO_BYTES);
  encodeHello({ clientNonce: new Uint8Array(NONCE_BYTES).fill(nonce) }, datagram);
  return datagram;
}

function joinOf(challengeToken: Uint8Array): Uint8Array {
  const datagram = new Uint8Array(1_200);
  encodeJoin({
    clientNonce: new Uint8Array(NONCE_BYTES).fill(1),
    challengeToken,
    clientPublicKey: new Uint8Array(32).fill(9),
    credential: { kind: "guest" },
    playerId: "mallory",
    matchId: "",
    mode: "",
  }, datagram);
  return datagram;
}

function withByte(datagram: Uint8Array, at: number, value: number): Uint8Array {
  const copy = datagram.slice();
  copy[at] = value;
  return copy;
}

function garbage(rng: Rng, length: number): Uint8Array {
  const bytes = Uint8Array.from({ length }, () => rng.below(256));
  bytes[0] = 0xb1;
  return bytes;
}

/** Sends each datagram, and gives how many bytes came back for all of them. */
async function bytesBack(
  server: UdpAddress,
  datagrams: readonly Uint8Array[],
): Promise<number> {
  const socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  const timer = setTimeout(() => socket.close(), DEADLINE_MS);
  const to: Deno.NetAddr = { transport: "udp", ...server };
  try {
    for (const datagram of datagrams) await socket.send(datagram, to);
    // Answered after all of them: what the server had to say to the others has come by then.
    await socket.send(helloOf(0xee), to);
    let count = 0;
    while (true) {
      const [reply] = await socket.receive(new Uint8Array(2_048));
      if (reply[1] === 0x02 && reply[14] === 0xee) return count;
      count += reply.length;
    }
  } finally {
    clearTimeout(timer);
    socket.close();
  }
}

Deno.test("Game sends a stranger no more bytes than came, and keeps nothing for it, in any case", async () => {
  await withSystem({}, async ({ game }) => {
    const rng = new Rng(5);
    const hello = helloOf(1);
    const join = joinOf(new Uint8Array(16).fill(3));
    const cases: readonly (readonly [string, Uint8Array])[] = [
      ["HELLO", hello],
      ["a short HELLO", hello.subarray(0, 100)],
      ["a HELLO of the shortest kind", hello.subarray(0, 23)],
      ["a HELLO of another version", withByte(hello, 14, 99)],
      ["a HELLO with padding that is none", withByte(hello, 400, 1)],
      ["a HELLO with a connection id", withByte(hello, 2, 1)],
      ["a JOIN with a made-up challenge", join],
      ["a short JOIN", join.subarray(0, 300)],
      ["a JOIN of another version", withByte(join, 14, 99)],
      ["mark and type alone", Uint8Array.of(0xb1, 0x01)],
      ["one byte", Uint8Array.of(0xb1)],
      ["INPUT of no connection", withByte(withByte(hello, 1, 0x10), 2, 7)],
      ["LEAVE of no connection", withByte(withByte(hello.subarray(0, 22), 1, 0x15), 2, 7)],
      ["a server's type", withByte(hello, 1, 0x04)],
      ...Array.from({ length: 30 }, (_, index) => {
        return [`garbage ${index}`, garbage(rng, 1 + rng.below(1_200))] as const;
      }),
    ];
    for (const [what, datagram] of cases) {
      const copies = Array.from({ length: 4 }, () => datagram);
      const back = await bytesBack(game.addresses.udp, copies);
      assert(back <= 4 * datagram.length, `${what}: ${back} bytes for ${4 * datagram.length}`);
    }
    const samples = await scrape(game.addresses.ops);
    assertEquals(samples.get("total_players_joined_game"), 0);
    assertEquals(samples.get("active_sessions_game"), 0);
  });
});

Deno.test("Game takes no challenge that another address was sent", async () => {
  await withSystem({}, async ({ game }) => {
    const server: UdpAddress = game.addresses.udp;
    const socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
    await socket.send(helloOf(1), { transport: "udp", ...server });
    const [challenge] = await socket.receive(new Uint8Array(2_048));
    socket.close();
    const stolen = joinOf(challenge.slice(22, 38));
    const back = await bytesBack(server, [stolen]);
    assert(back > 0 && back < 40, "a refusal and nothing more");
    const samples = await scrape(game.addresses.ops);
    assertEquals(samples.get("total_players_joined_game"), 0);
  });
});

Deno.test("Game ignores and counts forged and replayed datagrams of a player", async () => {
  await withSystem({}, async ({ game }) => {
    const core = new BinaryClient({
      playerId: "ann",
      randomBytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
    });
    let last: Uint8Array | undefined;
    const client = new GameClient({
      core,
      clock: systemClock,
      openTransport: (events) => {
        const transport = openUdpTransport(game.addresses.udp, events);
        const send = (bytes: Uint8Array): void => {
          if (core.state.kind === "playing") {
            transport.send(withByte(bytes, bytes.length - 1, (bytes.at(-1) ?? 0) ^ 1));
            if (last !== undefined) transport.send(last);
            last = bytes;
          }
          transport.send(bytes);
        };
        return { send, close: () => transport.close() };
      },
    });
    try {
      let snapshots = 0;
      client.on(({ kind }) => {
        if (kind === "snapshot") snapshots++;
      });
      client.join();
      client.setInput(STILL);
      await client.until(() => snapshots > 60, AbortSignal.timeout(DEADLINE_MS));
      assertEquals(client.state.kind, "playing");
      const samples = await scrape(game.addresses.ops);
      const names = [
        // Dropped in the socket's thread already.
        `game_drops_total{reason="bad_tag"}`,
        `game_binary_drops_total{reason="replayed"}`,
      ];
      for (const name of names) {
        const count = samples.get(name) ?? 0;
        assert(count >= 50, `${name}: ${count}`);
      }
    } finally {
      await client.close();
    }
  });
});

Deno.test("Game seats an account by its token, under its own name alone", async () => {
  await withSystem({ env: { GAME_ALLOW_GUESTS: "false" } }, async ({ auth, game }) => {
    const server: UdpAddress = game.addresses.udp;
    const token = await loginToken(auth.addresses.tcp, PLAYER1);
    const cases = [
      [{ playerId: PLAYER1.username }, "authentication_required"],
      [
        { playerId: PLAYER1.username, credential: { kind: "token", token: "nonsense" } },
        "authentication_required",
      ],
      [{ playerId: "somebody", credential: { kind: "token", token } }, "player_id_taken"],
    ] as const;
    for (const [join, reason] of cases) {
      const player = openBinaryPlayer(server, join);
      player.client.join();
      await player.until("a refusal", () => player.client.state.kind === "ended");
      assertEquals(player.doing, reason);
      await player.client.close();
    }
    const credential = { kind: "token", token } as const;
    const player = await playBinary(server, { playerId: PLAYER1.username, credential });
    assertEquals(player.client.state.kind, "playing");
    await player.client.close();
  });
});
