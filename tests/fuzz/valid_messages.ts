import type { Rng } from "../../core/rng.ts";

/** A JSON object as text: its keys and values just as they are written, in order. */
export type RawFields = readonly (readonly [key: string, value: string])[];

/**
 * What auth understands or will (PROTOCOL section 1), each field there. The names and passwords are of
 * nobody, and the password is too short to be taken for a new account.
 */
export const AUTH_MESSAGES: readonly RawFields[] = [
  fields({ action: "login", username: "nobody_1", password: "short" }),
  fields({ action: "register", username: "nobody_2", password: "short" }),
  fields({ action: "refresh", refresh_token: "mF9_a-not-a-token-0123456789" }),
  fields({ action: "verify", token: "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJhIn0.c2ln" }),
  fields({ action: "logout", token: "eyJhbGciOiJFZERTQSJ9.e30.c2ln" }),
  fields({ action: "account_get", token: "eyJhbGciOiJub25lIn0.e30." }),
  fields({
    action: "account_update",
    token: "a.b.c",
    display_name: "Nobody",
    password: "short",
    old_password: "shorter",
  }),
  fields({ action: "account_delete", token: "a.b.c", password: "short" }),
  fields({ action: "jwks" }),
];

/** What the game server understands in JSON (PROTOCOL sections 2 and 3), each field there. */
export const GAME_MESSAGES: readonly RawFields[] = [
  fields({ action: "join_game", player_id: "p1" }),
  fields({ action: "join_game", player_id: "p2", mode: "ffa" }),
  fields({
    action: "join_game",
    player_id: "p3",
    token: "a.b.c",
    match_id: "6f1a",
    mode: "team",
    challenge: "AAAA",
  }),
  fields({ action: "move", player_id: "p1", position: [10, 20] }),
  fields({
    action: "input",
    player_id: "p1",
    seq: 7,
    throttle: 1,
    turn: -1,
    turret: 1.57,
    fire: true,
  }),
  fields({ action: "shoot", player_id: "p1" }),
  fields({ action: "ack", player_id: "p1", tick: 123 }),
  fields({ action: "ping", t: 1 }),
  fields({ action: "leave_game", player_id: "p1" }),
  fields({ action: "login", username: "nobody_1", password: "short" }),
];

/** What a person types (PROTOCOL section 3). */
export const TELNET_LINES: readonly string[] = [
  "LOGIN nobody short",
  "REGISTER nobody short",
  "MOVE 10 20",
  "MOVE",
  "MOVE x y",
  "MOVE 1e999 -1e999",
  "SHOOT",
  "SAY hello, \u{1f600} world",
  "PLAYERS",
  "HELP",
  "QUIT",
  "help",
  "",
];

/** The object's text. */
export function writeFields(raw: RawFields): string {
  return `{${raw.map(([key, value]) => `${key}:${value}`).join(",")}}`;
}

/** The same message of one of a few other players, so that hostile messages meet living tanks. */
export function ofSomePlayer(raw: RawFields, rng: Rng): RawFields {
  const player = JSON.stringify(`p${rng.below(24)}`);
  return raw.map(([key, value]) => key === '"player_id"' ? [key, player] : [key, value]);
}

function fields(message: Readonly<Record<string, unknown>>): RawFields {
  return Object.entries(message).map(([key, value]) => [
    JSON.stringify(key),
    JSON.stringify(value),
  ]);
}
