import { assertEquals } from "@std/assert";
import type { AuthReply } from "../core/protocol/auth_messages.ts";
import * as replies from "./replies.ts";

const TOKENS = { sessionId: "s", token: "t", refreshToken: "r", expiresInS: 900 };
const PLAIN = { uniform: false };
const UNIFORM = { uniform: true };

// The texts are the protocol's, byte for byte; the code is what it allows beside them.
const CASES: readonly (readonly [AuthReply, string])[] = [
  [
    replies.loggedInReply("player1", TOKENS),
    '{"status":"success","message":"User player1 authenticated","session_id":"s","token":"t","refresh_token":"r","expires_in":900}',
  ],
  [
    replies.refreshedReply(TOKENS),
    '{"status":"success","message":"Token refreshed","session_id":"s","token":"t","refresh_token":"r","expires_in":900}',
  ],
  [
    replies.registeredReply("new_user", "a"),
    '{"status":"success","message":"User new_user registered","account_id":"a"}',
  ],
  [
    replies.tokenValidReply({ accountId: "a", username: "u", expiresAtS: 5 }),
    '{"status":"success","message":"Token valid","account_id":"a","username":"u","expires_at":5}',
  ],
  [
    replies.throttledReply(1_500),
    '{"status":"failure","message":"Too many attempts","retry_after_ms":1500,"code":"throttled"}',
  ],
  [replies.loggedOutReply(), '{"status":"success","message":"Logged out"}'],
  [
    replies.accountReply({
      accountId: "a",
      username: "u",
      displayName: "U",
      passwordHash: "secret",
      disabled: false,
      createdAtMs: 1_999,
      lastLoginAtMs: 2_000,
    }),
    '{"status":"success","account":{"account_id":"a","username":"u","display_name":"U","created_at":1,"last_login_at":2}}',
  ],
  [replies.accountUpdatedReply(), '{"status":"success","message":"Account updated"}'],
  [
    replies.updateRefusedReply("wrong_password"),
    '{"status":"failure","message":"Account update failed: Wrong password","code":"invalid_credentials"}',
  ],
  [
    replies.updateRefusedReply("common_password"),
    '{"status":"failure","message":"Account update failed: Invalid password","code":"common_password"}',
  ],
  [replies.accountDeletedReply(), '{"status":"success","message":"Account deleted"}'],
  [
    replies.deletionRefusedReply(),
    '{"status":"failure","message":"Account deletion failed: Wrong password","code":"invalid_credentials"}',
  ],
  [
    replies.registrationRefusedReply("common_password"),
    '{"status":"failure","message":"Registration failed: Invalid password","code":"common_password"}',
  ],
  [replies.keysReply([]), '{"status":"success","message":"Keys","keys":[]}'],
  [
    replies.loginRefusedReply("invalid_password", PLAIN),
    '{"status":"failure","message":"Authentication failed: Invalid password","code":"invalid_credentials"}',
  ],
  [
    replies.loginRefusedReply("user_not_found", PLAIN),
    '{"status":"failure","message":"Authentication failed: User not found","code":"invalid_credentials"}',
  ],
  [
    replies.loginRefusedReply("account_disabled", PLAIN),
    '{"status":"failure","message":"Authentication failed: Account disabled","code":"account_disabled"}',
  ],
  [
    replies.loginRefusedReply("missing_username", PLAIN),
    '{"status":"failure","message":"Authentication failed: User not found","code":"missing_credentials"}',
  ],
  [
    replies.loginRefusedReply("missing_password", PLAIN),
    '{"status":"failure","message":"Authentication failed: Invalid password","code":"missing_credentials"}',
  ],
  ...(["invalid_password", "user_not_found", "account_disabled"] as const).map((reason) =>
    [
      replies.loginRefusedReply(reason, UNIFORM),
      '{"status":"failure","message":"Authentication failed","code":"invalid_credentials"}',
    ] as const
  ),
  ...(["missing_username", "missing_password"] as const).map((reason) =>
    [
      replies.loginRefusedReply(reason, UNIFORM),
      '{"status":"failure","message":"Authentication failed","code":"missing_credentials"}',
    ] as const
  ),
  [
    replies.registrationRefusedReply("username_taken"),
    '{"status":"failure","message":"Registration failed: Username already taken","code":"username_taken"}',
  ],
  [
    replies.registrationRefusedReply("invalid_username"),
    '{"status":"failure","message":"Registration failed: Invalid username","code":"invalid_username"}',
  ],
  [
    replies.registrationRefusedReply("invalid_password"),
    '{"status":"failure","message":"Registration failed: Invalid password","code":"invalid_password"}',
  ],
  [
    replies.refreshRefusedReply(),
    '{"status":"failure","message":"Invalid refresh token","code":"invalid_refresh_token"}',
  ],
  [
    replies.tokenInvalidReply(),
    '{"status":"failure","message":"Invalid token","code":"invalid_token"}',
  ],
  [
    replies.unknownActionReply(),
    '{"status":"error","message":"Unknown or missing action","code":"unknown_action"}',
  ],
  [
    replies.invalidJsonReply(),
    '{"status":"error","message":"Invalid JSON format","code":"invalid_json"}',
  ],
  [
    replies.invalidEncodingReply(),
    '{"status":"error","message":"Invalid character encoding. UTF-8 expected.","code":"invalid_encoding"}',
  ],
  [
    replies.messageTooLongReply(),
    '{"status":"error","message":"Message too long","code":"message_too_long"}',
  ],
  [
    replies.requestTimeoutReply(),
    '{"status":"error","message":"Request timeout","code":"request_timeout"}',
  ],
  [replies.serverBusyReply(), '{"status":"error","message":"Server busy","code":"server_busy"}'],
  [
    replies.internalErrorReply(),
    '{"status":"error","message":"Internal server error","code":"internal_error"}',
  ],
];

Deno.test("Replies read as the protocol says", async (t) => {
  for (const [at, [reply, text]] of CASES.entries()) {
    await t.step(`${at} ${reply.message}`, () => assertEquals(JSON.stringify(reply), text));
  }
});
