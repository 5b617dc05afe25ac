import { openPorts } from "../../core/adapters/open.ts";
import { EMBEDDED_PORTS, type PortsConfig } from "../../core/adapters/ports_config.ts";
import { silentLog } from "../../core/log.ts";
import { ManualClock } from "../../core/manual_clock.ts";
import type { Ports } from "../../core/service.ts";
import { parseGameConfig } from "../../game/config.ts";
import { GAME_PORTS, startGame } from "../../game/service.ts";
import { nextTask } from "../contract/eventually.ts";
import { openTestContext } from "../harness.ts";
import { type LinkConditions, PERFECT_LINK } from "../network/simulated_link.ts";
import { UdpRelay } from "../network/udp_relay.ts";

/** How a stepped game is set up. */
export interface SteppedGameOptions {
  /** An existing folder for what is kept. */
  readonly dataDir: string;
  /** What chance in the network starts from. */
  readonly seed: number;
  /** Environment variables beside those of every test. */
  readonly env?: Readonly<Record<string, string>>;
  /** Which real brokers stand behind the ports; none by default. */
  readonly config?: PortsConfig;
}

/**
 * A game server on its real sockets, behind a network that can be made bad, whose time passes only as far
 * as a test moves it: minutes of play take seconds.
 */
export class SteppedGame {
  /** The network in front of the server; perfect at first. */
  readonly relay: UdpRelay;
  /** What the server writes to. */
  readonly eventLog: Ports["eventLog"];
  readonly #clock: ManualClock;
  readonly #close: () => Promise<void>;

  private constructor(
    clock: ManualClock,
    parts: {
      readonly relay: UdpRelay;
      readonly eventLog: Ports["eventLog"];
      readonly close: () => Promise<void>;
    },
  ) {
    this.#clock = clock;
    this.relay = parts.relay;
    this.eventLog = parts.eventLog;
    this.#close = parts.close;
  }

  /** Starts one at 30 ticks a second; guests may play, and the silent stay. */
  static async start(options: SteppedGameOptions): Promise<SteppedGame> {
    const { dataDir, seed, config = EMBEDDED_PORTS } = options;
    const env = new Map(Object.entries({
      LISTEN_HOST: "127.0.0.1",
      GAME_UDP_PORT: "0",
      GAME_TCP_PORT: "0",
      GAME_OPS_PORT: "0",
      GAME_ALLOW_GUESTS: "true",
      GAME_SILENCE_MS: "600000",
      DRAIN_MS: "0",
      ...options.env,
    }));
    const context = openTestContext(silentLog);
    const opening = { dataDir, alone: false, clientId: "test", config };
    const ports = await openPorts(GAME_PORTS, opening, context);
    const clock = new ManualClock();
    const deps = { ...openTestContext(silentLog, context), ...ports, clock };
    const game = await startGame(parseGameConfig(env), deps);
    const server = game.addresses.udp;
    const relay = new UdpRelay({ server, conditions: PERFECT_LINK, seed, clock });
    const close = async (): Promise<void> => {
      await relay.close();
      await game.close();
      await ports.closePorts();
    };
    return new SteppedGame(clock, { relay, eventLog: ports.eventLog, close });
  }

  /** Makes the network as bad as that, in both directions. */
  setNetwork(conditions: LinkConditions): void {
    this.relay.setConditions(conditions);
  }

  /** Moves time on by some ticks, one by default, and then lets the sockets have their turn. */
  async step(ticks = 1): Promise<void> {
    await this.#clock.advance((ticks * 1_000) / 30);
    await nextTask();
  }

  /** Steps until what is waited for has come. */
  async stepUntil<Result>(awaited: Promise<Result>): Promise<Result> {
    let isSettled = false;
    const settle = (): void => void (isSettled = true);
    awaited.then(settle, settle);
    while (!isSettled) await this.step();
    return await awaited;
  }

  /** Ends the server and the network. */
  close(): Promise<void> {
    return this.#close();
  }
}
