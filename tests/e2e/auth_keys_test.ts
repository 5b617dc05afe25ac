/** Keys that are exchanged under a running system: JWKS at the ops port, and verifiers that never ask auth. */
import { assertEquals, assertNotEquals } from "@std/assert";
import { type JsonObject, tryJsonObject } from "../../core/json.ts";
import { loginToken, PLAYER1, withLines } from "../clients/auth_requests.ts";
import { objectsAt, textAt } from "../clients/json_fields.ts";
import { runOperatorCommand } from "../clients/operator_command.ts";
import { withWire } from "../clients/with_players.ts";
import { eventually } from "../contract/eventually.ts";
import { type TestSystem, withSystem } from "../harness.ts";

const ENV = { GAME_ALLOW_GUESTS: "false" };

async function fetchJwks({ auth }: TestSystem): Promise<readonly JsonObject[]> {
  const { hostname, port } = auth.addresses.ops;
  const response = await fetch(`http://${hostname}:${port}/.well-known/jwks.json`);
  assertEquals(response.status, 200);
  return objectsAt(tryJsonObject(await response.json()) ?? {}, "keys");
}

function keyIdOf(token: string): string {
  const [header = ""] = token.split(".");
  const bytes = Uint8Array.fromBase64(header, { alphabet: "base64url" });
  return textAt(JSON.parse(new TextDecoder().decode(bytes)), "kid");
}

async function isTaken({ game }: TestSystem, token: string): Promise<boolean> {
  return await withWire(game.addresses.udp, async (wire) => {
    const reply = await wire.ask({ action: "join_game", player_id: PLAYER1.username, token });
    return reply.status === "challenge";
  });
}

Deno.test("Auth publishes its public keys, and nothing secret, where operators look", async () => {
  await withSystem({}, async (system) => {
    const [key, ...others] = await fetchJwks(system);
    assertEquals(others, []);
    assertEquals(Object.keys(key ?? {}).sort(), ["alg", "crv", "kid", "kty", "use", "x"]);
    assertEquals(key?.kid, keyIdOf(await loginToken(system.auth.addresses.tcp, PLAYER1)));
  });
});

Deno.test("Auth's new key is published before it signs", async () => {
  await withDataDir(async (dataDir) => {
    await withSystem({ env: ENV, dataDir }, async (system) => {
      const address = system.auth.addresses.tcp;
      const [before] = await fetchJwks(system);
      const rotated = await runOperatorCommand(["rotate-key", "--json"], {
        env: { DATA_DIR: dataDir },
      });
      assertEquals(rotated.code, 0, rotated.error);
      const next = textAt(JSON.parse(rotated.output), "kid");
      await eventually(async () => {
        const kids = (await fetchJwks(system)).map(({ kid }) => kid);
        assertEquals(kids, [next, before?.kid]);
      });
      assertEquals(keyIdOf(await loginToken(address, PLAYER1)), before?.kid);
    });
  });
});

Deno.test("Auth's key that leaked is out of force everywhere, and new tokens are taken", async () => {
  await withDataDir(async (dataDir) => {
    await withSystem({ env: ENV, dataDir }, async (system) => {
      const address = system.auth.addresses.tcp;
      const old = await loginToken(address, PLAYER1);
      assertEquals(await isTaken(system, old), true);
      const rotated = await runOperatorCommand(["rotate-key", "--now"], {
        env: { DATA_DIR: dataDir },
      });
      assertEquals(rotated.code, 0, rotated.error);
      const next = await eventuallySignedAnew(address, keyIdOf(old));
      await withLines(address, async (client) => {
        await eventually(async () => {
          const reply = await client.askJson({ action: "verify", token: old });
          assertEquals(reply.message, "Invalid token");
        });
        const reply = await client.askJson({ action: "verify", token: next });
        assertEquals(reply.message, "Token valid");
      });
      // The game server has never heard of the key: it fetches, once in a while, and forgets the old one.
      await eventually(async () => assertEquals(await isTaken(system, next), true));
      assertEquals(await isTaken(system, old), false);
    });
  });
});

async function eventuallySignedAnew(
  address: { readonly hostname: string; readonly port: number },
  oldKeyId: string,
): Promise<string> {
  let token = "";
  await eventually(async () => {
    token = await loginToken(address, PLAYER1);
    assertNotEquals(keyIdOf(token), oldKeyId);
  });
  return token;
}

async function withDataDir(work: (dataDir: string) => Promise<void>): Promise<void> {
  const dataDir = await Deno.makeTempDir({ prefix: "tanks-" });
  try {
    await work(dataDir);
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
}
