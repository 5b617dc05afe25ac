import { assertEquals } from "@std/assert";
import type { JsonValue } from "../core/json.ts";
import { tryParseAuthRequest } from "./requests.ts";

const PUBLIC = { internal: false };

Deno.test("AuthRequest has the fields of its action and no others", async (t) => {
  const cases: readonly (readonly [JsonValue, unknown])[] = [
    [
      { action: "login", username: "player1", password: "tank-battle-3", ip: "1.2.3.4", x: [1] },
      { action: "login", username: "player1", password: "tank-battle-3" },
    ],
    [
      { action: "register", username: "new_user", password: "new_password" },
      { action: "register", username: "new_user", password: "new_password" },
    ],
    [{ action: "login" }, { action: "login", username: undefined, password: undefined }],
    [
      { action: "login", username: 7, password: ["x"] },
      { action: "login", username: undefined, password: undefined },
    ],
    [
      { action: "login", username: "", password: "x".repeat(8_193) },
      { action: "login", username: "", password: undefined },
    ],
    [{ action: "refresh", refresh_token: "r" }, { action: "refresh", refreshToken: "r" }],
    [{ action: "refresh", refreshToken: "r" }, { action: "refresh", refreshToken: undefined }],
    [{ action: "verify", token: "t" }, { action: "verify", token: "t" }],
    [{ action: "logout", token: "t" }, { action: "logout", token: "t" }],
    [{ action: "account_get", token: 7 }, { action: "account_get", token: undefined }],
    [
      { action: "account_delete", token: "t", password: "p", x: 1 },
      { action: "account_delete", token: "t", password: "p" },
    ],
    [{ action: "account_update", token: "t", display_name: 7, old_password: "o" }, {
      action: "account_update",
      token: "t",
      hasDisplayName: true,
      displayName: undefined,
      hasPassword: false,
      password: undefined,
      oldPassword: "o",
    }],
    [{ action: "verify", token: null }, { action: "verify", token: undefined }],
  ];
  for (const [value, request] of cases) {
    await t.step(JSON.stringify(value).slice(0, 60), () => {
      assertEquals<unknown>(tryParseAuthRequest(value, PUBLIC), request);
    });
  }
});

Deno.test("AuthRequest is nothing without a known action", async (t) => {
  const texts = [
    "null",
    "7",
    "1e999",
    '"login"',
    "[]",
    '[{"action":"login"}]',
    "{}",
    '{"user":"player1","pass":"tank-battle-3"}',
    '{"action":null}',
    '{"action":"LOGIN"}',
    '{"action":["login"]}',
    '{"action":{"toString":"login"}}',
    '{"action":"constructor"}',
    '{"action":"__proto__"}',
    '{"__proto__":{"action":"login"}}',
    '{"constructor":{"prototype":{"action":"login"}}}',
    '{"action":"jwks"}',
  ];
  for (const text of texts) {
    await t.step(text, () => {
      assertEquals(tryParseAuthRequest(JSON.parse(text), PUBLIC), undefined);
    });
  }
});

Deno.test("AuthRequest for keys comes from services only", () => {
  assertEquals(tryParseAuthRequest({ action: "jwks" }, { internal: true }), { action: "jwks" });
});

Deno.test("AuthRequest that shuts or opens an account comes from services only", () => {
  for (const action of ["account_disable", "account_enable"] as const) {
    const fields = { action, account_id: "a", username: 1 };
    assertEquals(tryParseAuthRequest(fields, PUBLIC), undefined);
    assertEquals(tryParseAuthRequest(fields, { internal: true }), {
      action,
      accountId: "a",
      username: undefined,
    });
  }
});
