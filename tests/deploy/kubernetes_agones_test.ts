import { assertEquals } from "@std/assert";
import { withPlayers } from "../clients/with_players.ts";
import { eventually } from "../contract/eventually.ts";
import { withSystem } from "../harness.ts";

/** What Agones' sidecar was told but that the server lives, in order. */
class Sidecar implements AsyncDisposable {
  readonly told: string[] = [];
  readonly port: number;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor() {
    this.#server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
      const call = new URL(request.url).pathname;
      if (request.method !== "POST") return new Response("Not Implemented", { status: 501 });
      if (call !== "/health") this.told.push(call);
      return Response.json({});
    });
    this.port = this.#server.addr.port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

Deno.test("A game server under Agones is ready, allocated while a match runs, and says when it ends", async () => {
  await using sidecar = new Sidecar();
  const env = { AGONES_SDK_HTTP_PORT: String(sidecar.port) };
  await withSystem({ env }, async ({ game }) => {
    await eventually(() => assertEquals(sidecar.told, ["/ready"]));
    await withPlayers(game.addresses.udp, [{ playerId: "p1" }], async (player) => {
      await eventually(() => assertEquals(sidecar.told, ["/ready", "/allocate"]));
      await player.leave();
    });
    await eventually(() => assertEquals(sidecar.told, ["/ready", "/allocate", "/ready"]));
  });
  assertEquals(sidecar.told.at(-1), "/shutdown");
});
