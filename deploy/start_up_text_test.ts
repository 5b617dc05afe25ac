import { assertEquals, assertStringIncludes } from "@std/assert";
import type { RunningService } from "../core/service.ts";
import { startUpText } from "./start_up_text.ts";

Deno.test("startUpText lists where everything is, and gives lines to copy", () => {
  const text = startUpText({
    auth: serviceAt({
      tcp: { transport: "tcp", hostname: "0.0.0.0", port: 8888 },
      ops: { transport: "http", hostname: "127.0.0.1", port: 8000 },
    }),
    game: serviceAt({ udp: { transport: "udp", hostname: "127.0.0.1", port: 9999 } }),
  }, { colour: false });
  assertEquals(text.split("\n"), [
    "",
    "  service  what  address",
    "  auth     tcp   tcp 127.0.0.1:8888",
    "  auth     ops   http://127.0.0.1:8000/metrics",
    "  game     udp   udp 127.0.0.1:9999",
    "",
    "  Log in:",
    `  echo '{"action":"login","username":"player1","password":"password123"}' | nc -w2 127.0.0.1 8888`,
    "  Join a match:",
    `  echo '{"action":"join_game","player_id":"p1"}' | nc -u -w1 127.0.0.1 9999`,
    "",
    "  Ctrl-C ends everything.",
    "",
  ]);
});

Deno.test("startUpText gives operators an address with their token where no server sees it", () => {
  const gateway = serviceAt({ http: { transport: "http", hostname: "127.0.0.1", port: 8080 } });
  const text = startUpText({ gateway }, { colour: false, opsToken: "secret" });
  assertStringIncludes(text, "  http://127.0.0.1:8080/ops#token=secret\n");
  assertEquals(startUpText({ gateway }, { colour: false }).includes("/ops"), false);
});

function serviceAt(addresses: RunningService["addresses"]): RunningService {
  return { addresses, close: () => Promise.resolve() };
}
