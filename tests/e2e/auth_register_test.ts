/** Registration over the real socket: PROTOCOL section 1. */
import { assertEquals } from "@std/assert";
import type { JsonValue } from "../../core/json.ts";
import { withLines } from "../clients/auth_requests.ts";
import { assertReply, isText } from "../clients/reply_shape.ts";
import { withSystem } from "../harness.ts";

const PASSWORD = "password-1";
/** A letter outside the basic plane: one character, two UTF-16 code units, four bytes. */
const LONG_S = "\u{10428}";
const BOAR = "\u{1F417}";

const GOOD_NAMES: readonly string[] = [
  "new_user",
  "abc",
  "a".repeat(32),
  LONG_S.repeat(3),
  LONG_S.repeat(32),
  "12345",
  "a.b-c_d",
  "___",
  "Ярослав",
  "Ελένη",
  "玩家一号",
  "プレイヤー",
  "لاعب",
  "שחקן",
  "ñandú",
  "Zoë",
];

const BAD_NAMES: readonly (JsonValue | undefined)[] = [
  undefined,
  null,
  5,
  true,
  ["abc"],
  { name: "abc" },
  "",
  "ab",
  LONG_S.repeat(2),
  "a".repeat(33),
  LONG_S.repeat(33),
  "a b c",
  " abc",
  "abc ",
  "abc\n",
  "abc\u0000",
  "a\tb",
  "abc!",
  "a@b.c",
  "a/b",
  "a:b",
  "<abc>",
  "abc\u200b",
  `abc${BOAR}`,
];

/** Names of which the second is the first, as names are compared. */
const SAME_NAMES: readonly [string, string][] = [
  ["newcomer", "newcomer"],
  ["Camel", "camel"],
  ["shout", "SHOUT"],
  ["Фёдор", "фЁДОР"],
  ["Σίσυφος", "ΣΊΣΥΦΟΣ"],
  ["straße", "STRASSE"],
  // Full-width letters, a ligature, and an accent apart from its letter: the same under NFKC.
  ["wide1", "ＷＩＤＥ１"],
  ["final", "ﬁnal"],
  ["café", "cafe\u0301"],
];

const PASSWORDS: readonly [JsonValue | undefined, isGood: boolean][] = [
  ["x".repeat(7), false],
  ["y".repeat(8), true],
  ["x".repeat(256), true],
  ["x".repeat(257), false],
  ["ж".repeat(7), false],
  ["ж".repeat(8), true],
  ["ж".repeat(256), true],
  ["ж".repeat(257), false],
  [BOAR.repeat(4), false],
  [BOAR.repeat(7), false],
  [BOAR.repeat(8), true],
  [BOAR.repeat(256), true],
  [BOAR.repeat(257), false],
  ["with spaces in it", true],
  ["", false],
  [undefined, false],
  [null, false],
  [12345678, false],
  [["password-1"], false],
];

Deno.test("Auth registers a good name, which can log in then", async () => {
  await withSystem({}, async ({ auth }) => {
    await withLines(auth.addresses.tcp, async (client) => {
      const accounts = new Set<JsonValue | undefined>();
      for (const username of GOOD_NAMES) {
        const account = { username, password: PASSWORD };
        const registered = await client.askJson({ action: "register", ...account });
        assertReply(registered, {
          status: "success",
          message: `User ${username} registered`,
          account_id: isText,
        });
        accounts.add(registered.account_id);
        const loggedIn = await client.askJson({ action: "login", ...account });
        assertEquals(loggedIn.message, `User ${username} authenticated`);
      }
      assertEquals(accounts.size, GOOD_NAMES.length);
    });
  });
});

Deno.test("Auth registers no bad name", async () => {
  await withSystem({}, async ({ auth }) => {
    await withLines(auth.addresses.tcp, async (client) => {
      for (const username of BAD_NAMES) {
        const reply = await client.askJson({ action: "register", username, password: PASSWORD });
        const message = "Registration failed: Invalid username";
        assertEquals(reply.message, message, JSON.stringify(username));
        assertReply(reply, { status: "failure", message });
      }
    });
  });
});

Deno.test("Auth registers a name once, in whatever case or form", async () => {
  await withSystem({}, async ({ auth }) => {
    await withLines(auth.addresses.tcp, async (client) => {
      for (const [first, second] of SAME_NAMES) {
        const register = { action: "register", password: PASSWORD };
        const made = await client.askJson({ ...register, username: first });
        assertEquals(made.status, "success", first);
        for (const username of [first, second]) {
          const reply = await client.askJson({ ...register, username });
          const message = "Registration failed: Username already taken";
          assertEquals(reply.message, message, `${username} after ${first}`);
          assertReply(reply, { status: "failure", message });
        }
        const login = { action: "login", username: second, password: PASSWORD };
        assertEquals((await client.askJson(login)).status, "success", `login as ${second}`);
      }
    });
  });
});

Deno.test("Auth takes passwords of 8 to 256 characters", async () => {
  await withSystem({}, async ({ auth }) => {
    await withLines(auth.addresses.tcp, async (client) => {
      for (const [index, [password, isGood]] of PASSWORDS.entries()) {
        const username = `user-${index}`;
        const reply = await client.askJson({ action: "register", username, password });
        const what = JSON.stringify(password)?.slice(0, 20) ?? "none";
        assertEquals(reply.status, isGood ? "success" : "failure", `${what} (${index})`);
        if (isGood) {
          const loggedIn = await client.askJson({ action: "login", username, password });
          assertEquals(loggedIn.status, "success", what);
        } else {
          const message = "Registration failed: Invalid password";
          assertReply(reply, { status: "failure", message });
        }
      }
    });
  });
});

Deno.test("Auth keeps accounts apart that register at once, and makes one of one name", async () => {
  await withSystem({}, async ({ auth }) => {
    const replies = await Promise.all(Array.from({ length: 20 }, () => {
      return withLines(auth.addresses.tcp, (client) => {
        return client.askJson({ action: "register", username: "racer", password: PASSWORD });
      });
    }));
    const made = replies.filter((reply) => reply.status === "success");
    assertEquals(made.length, 1);
    for (const reply of replies) {
      if (reply.status === "success") continue;
      const message = "Registration failed: Username already taken";
      assertReply(reply, { status: "failure", message });
    }
  });
});
