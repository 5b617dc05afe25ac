import { type JsonValue, tryJsonObject, tryParseJson } from "../../core/json.ts";
import { FILTER_LENGTH_MAX } from "../../core/protocol/server_command.ts";
import { isServerId } from "../../core/protocol/server_status.ts";

/** The longest frame of an operator's page, in UTF-16 units. */
export const OPS_FRAME_LENGTH_MAX = 2_048;

/** What an operator's page says on `/ops/ws`. */
export type OpsFrame =
  | { readonly type: "AUTH"; readonly token: string }
  /** What it shows: everything at a glance and, if it is named, one server. */
  | {
    readonly type: "LOOK";
    readonly serverId: string | undefined;
    readonly filter: string | undefined;
  }
  | { readonly type: "SPECTATE"; readonly matchId: string }
  | { readonly type: "STOP" };

const TOKEN_LENGTH_MAX = 1_024;
const MATCH_ID_LENGTH_MAX = 128;

/** Reads a frame; undefined where it is none. Never throws. */
export function tryOpsFrame(text: string): OpsFrame | undefined {
  const fields = text.length <= OPS_FRAME_LENGTH_MAX
    ? tryJsonObject(tryParseJson(text))
    : undefined;
  switch (fields?.type) {
    case "AUTH": {
      const { token } = fields;
      return isText(token, TOKEN_LENGTH_MAX) ? { type: "AUTH", token } : undefined;
    }
    case "LOOK": {
      const { server_id: serverId, filter = "" } = fields;
      if (typeof filter !== "string" || filter.length > FILTER_LENGTH_MAX) return undefined;
      if (serverId === undefined) return { type: "LOOK", serverId, filter: undefined };
      if (typeof serverId !== "string" || !isServerId(serverId)) return undefined;
      return { type: "LOOK", serverId, filter: filter === "" ? undefined : filter };
    }
    case "SPECTATE": {
      const { match_id: matchId } = fields;
      const isWhole = isText(matchId, MATCH_ID_LENGTH_MAX) && matchId.isWellFormed();
      return isWhole ? { type: "SPECTATE", matchId } : undefined;
    }
    case "STOP":
      return { type: "STOP" };
    default:
      return undefined;
  }
}

function isText(value: JsonValue | undefined, lengthMax: number): value is string {
  return typeof value === "string" && value.length > 0 && value.length <= lengthMax;
}
