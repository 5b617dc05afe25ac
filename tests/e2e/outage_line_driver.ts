import type { JsonObject } from "../../core/json.ts";
import { numberAt, parseJsonObject, textAt } from "../clients/json_fields.ts";
import { LineClient } from "../clients/line_client.ts";
import { OUTAGE_PATIENCE_MS } from "./outage_health.ts";
import type { Seat } from "./outage_ledger.ts";

const PLAYER_ID = "line-driver";

/** A player who speaks JSON over TCP, and answers each state with an order. */
export class LineDriver {
  /** Its place in the match. */
  readonly seat: Seat;
  readonly #line: LineClient;

  private constructor(line: LineClient, joined: JsonObject) {
    this.#line = line;
    const [sessionId, tankId] = [textAt(joined, "session_id"), textAt(joined, "tank_id")];
    this.seat = { sessionId, playerId: PLAYER_ID, tankId };
  }

  /** Connects and joins. @throws Error when it gets no tank */
  static async join(
    address: { readonly hostname: string; readonly port: number },
  ): Promise<LineDriver> {
    const line = await LineClient.connect(address);
    try {
      await line.readLine();
      return new LineDriver(line, await ask(line, "join_game"));
    } catch (error) {
      await line.close();
      throw error;
    }
  }

  /** Gives an order at the next state. */
  async drive(): Promise<void> {
    await this.stateAfter(0);
    const order = { action: "input", player_id: PLAYER_ID, throttle: 1, turn: -0.3 };
    await this.#line.sendLine(order);
  }

  /** The tick of the next state to be read that shows a later one than `tick`. */
  async stateAfter(tick: number): Promise<number> {
    let seen = 0;
    await this.#line.readLine({
      what: `a state after tick ${tick}`,
      deadlineMs: OUTAGE_PATIENCE_MS,
      matches: (line) => {
        if (!line.includes('"type":"state"')) return false;
        seen = numberAt(parseJsonObject(line), "tick");
        return seen > tick;
      },
    });
    return seen;
  }

  /** Leaves the game. */
  leave(): Promise<JsonObject> {
    return ask(this.#line, "leave_game");
  }

  /** Closes the connection. */
  close(): Promise<void> {
    return this.#line.close();
  }
}

async function ask(line: LineClient, action: string): Promise<JsonObject> {
  await line.sendLine({ action, player_id: PLAYER_ID });
  const matches = (reply: string): boolean => reply.includes('"status"');
  return parseJsonObject(await line.readLine({ what: `a reply to ${action}`, matches }));
}
