import { type JsonObject, type JsonValue, tryJsonObject } from "../core/json.ts";
import {
  type InputMessage,
  type MoveMessage,
  type ParsedMessage,
  parseMessage,
} from "./wire/json_message.ts";

/** What a player's tank is told to do: a client's message as it came, but for who said it. */
export type PlayerCommand =
  | Omit<MoveMessage, "playerId">
  | Omit<InputMessage, "playerId">
  | { readonly action: "shoot" };

/** Where a command came from, as its queue message says. */
export type CommandSource = "udp" | "tcp" | "websocket" | "bot" | "admin";

/** A command as the queue `player_commands` carries it. */
export interface QueuedCommand {
  /** Whose tank it is for; 1 to 64 characters. */
  readonly playerId: string;
  /** Held to the same rules as a client's JSON message. */
  readonly command: PlayerCommand;
}

/** The queue message for a command (PROTOCOL section 5). */
export function encodeQueuedCommand(
  playerId: string,
  command: PlayerCommand,
  details: { readonly source: CommandSource; readonly tankId: string },
): JsonObject {
  const shared = { source: details.source, tank_id: details.tankId };
  return { player_id: playerId, command: command.action, details: { ...shared, ...own(command) } };
}

/** Reads a queue message; undefined where it is none. Never throws. */
export function tryQueuedCommand(message: JsonValue): QueuedCommand | undefined {
  const fields = tryJsonObject(message);
  if (fields === undefined) return undefined;
  const details = tryJsonObject(fields.details) ?? {};
  // One set of rules for a command, however it comes: that of the JSON messages.
  const parsed = parseMessage(JSON.stringify({
    ...details,
    action: fields.command,
    player_id: fields.player_id,
    position: details.new_position,
  }));
  return fromMessage(parsed);
}

function own(command: PlayerCommand): JsonObject {
  if (command.action === "move") return { new_position: [command.xM, command.yM] };
  if (command.action === "shoot") return {};
  const { seq, throttle, turn, turretRad, fire } = command;
  return { seq, throttle, turn, turret: turretRad, fire };
}

function fromMessage(parsed: ParsedMessage): QueuedCommand | undefined {
  if (!parsed.ok) return undefined;
  switch (parsed.message.action) {
    case "move":
    case "input":
    case "shoot": {
      const { playerId, ...command } = parsed.message;
      return { playerId, command };
    }
    default:
      return undefined;
  }
}
