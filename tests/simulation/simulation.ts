// Long because a run is one story: it begins, is troubled, settles, ends, and is looked at.
import { ManualClock } from "../../core/manual_clock.ts";
import type { Ports } from "../../core/service.ts";
import { Rng } from "../../core/rng.ts";
import { ClientTransport } from "./client_transport.ts";
import { FaultRecord } from "./fault_record.ts";
import { FaultSchedule } from "./fault_schedule.ts";
import { findLeftovers } from "./leftovers.ts";
import { Ledger } from "./ledger.ts";
import { openSeededCrypto } from "./seeded_crypto.ts";
import { openSharedThings, type SharedThings } from "./shared_things.ts";
import { SimulatedNetwork } from "./simulated_network.ts";
import { SimulatedNode } from "./simulated_node.ts";
import { type PlayerMood, type RoomBoard, SimulatedPlayer } from "./simulated_player.ts";
import { StatusWatch } from "./status_watch.ts";
import { StoreWatch } from "./store_watch.ts";
import { nodeSpecs } from "./topology.ts";
import { TraceHash } from "./trace_hash.ts";

/** How a seed is run. */
export interface SimulationOptions {
  /** How long faults happen, in milliseconds; 0: none do. */
  readonly faultsMs?: number;
  /** Players; 6 by default. */
  readonly playerCount?: number;
  /** Told of each line of the trace. */
  readonly onLine?: (line: string) => void;
  /** Changes the ports of a node, to break a rule on purpose. */
  readonly breakPorts?: (node: string, ports: Ports) => Ports;
}

/** What a run has shown. */
export interface SimulationResult {
  /** What it was run with. */
  readonly seed: number;
  /** Promises that were not kept. */
  readonly violations: readonly string[];
  /** A hash of the trace: of one seed always the same. */
  readonly traceHash: string;
  /** How much the trace says happened, by event. */
  readonly counts: ReadonlyMap<string, number>;
}

const CALM_MS = 6_000;
/** How long faults happen where nothing else is said, in milliseconds. */
export const FAULTS_MS = 30_000;
/** After the last fault everything works again within so long, in milliseconds. */
const SETTLED_WITHIN_MS = 20_000;
/** After the last player has gone nothing is left of the matches within so long, in milliseconds. */
const GONE_WITHIN_MS = 18_000;
/** How often somebody drives a tank through the work queue, in milliseconds. */
const COMMAND_PERIOD_MS = 1_500;
/** Somebody in a match is shown it at least as often, in milliseconds. */
const SHOWN_WITHIN_MS = 6_000;
/** A store that was away is written to again within so long, in milliseconds. */
const STORE_BACK_MS = 5_000;
const VIOLATIONS_MAX = 20;
const PLAYERS = 6;

/** Runs everything once from a seed. */
export async function simulate(
  seed: number,
  options: SimulationOptions = {},
): Promise<SimulationResult> {
  const network = new SimulatedNetwork();
  const unhandled: string[] = [];
  const onUnhandled = (event: PromiseRejectionEvent): void => {
    event.preventDefault();
    unhandled.push(`a rejection that nobody handled: ${String(event.reason)}`);
  };
  globalThis.addEventListener("unhandledrejection", onUnhandled);
  try {
    const simulation = new Simulation(seed, network, options);
    const crypto = openSeededCrypto(new Rng(seed ^ 0x5eed));
    await network.with({ crypto }, () => simulation.run());
    const result = simulation.result;
    return { ...result, violations: [...result.violations, ...unhandled] };
  } finally {
    globalThis.removeEventListener("unhandledrejection", onUnhandled);
  }
}

class Simulation {
  readonly #seed: number;
  readonly #options: SimulationOptions;
  readonly #world = new ManualClock();
  readonly #shared: SharedThings;
  readonly #network: SimulatedNetwork;
  readonly #nodes: readonly SimulatedNode[];
  readonly #players: readonly SimulatedPlayer[];
  readonly #faults: FaultSchedule;
  readonly #violations: string[] = [];
  readonly #trace = new TraceHash();
  readonly #counts = new Map<string, number>();
  #mood: PlayerMood = "lively";

  constructor(seed: number, network: SimulatedNetwork, options: SimulationOptions) {
    this.#seed = seed;
    this.#options = options;
    this.#network = network;
    this.#shared = openSharedThings(this.#world);
    const record = new FaultRecord();
    const violation = (text: string): void => this.#violate(text);
    const nowMs = (): number => this.#world.monotonicMs();
    this.#nodes = this.#openNodes(record);
    const ledger = new Ledger({ nowMs, faults: record, violation });
    this.#players = this.#openPlayers(ledger);
    this.#faults = new FaultSchedule({
      world: this.#world,
      rng: new Rng(seed + 0x0fa0),
      nodes: this.#nodes,
      record,
      note: (event, fields) => this.#note("world", event, fields),
    });
  }

  get result(): SimulationResult {
    return {
      seed: this.#seed,
      violations: this.#violations,
      traceHash: this.#trace.hex,
      counts: this.#counts,
    };
  }

  async run(): Promise<void> {
    const { faultsMs = FAULTS_MS } = this.#options;
    const world = this.#world;
    for (const node of this.#nodes) node.start();
    const living = this.#players.map((player) => player.live());
    const stopCommands = world.every(COMMAND_PERIOD_MS, () => this.#command());
    await world.advance(CALM_MS);
    if (faultsMs > 0) this.#faults.start();
    await world.advance(faultsMs);
    this.#faults.end();
    this.#mood = "steady";
    this.#note("world", "faults_are_over");
    await world.advance(SETTLED_WITHIN_MS);
    this.#checkSettled();
    this.#mood = "leaving";
    this.#note("world", "players_leave");
    stopCommands();
    await world.advance(GONE_WITHIN_MS);
    await Promise.all(living);
    await this.#checkGone();
    for (const node of this.#nodes) node.crash();
    await this.#shared.database.close();
  }

  #openNodes(record: FaultRecord): SimulatedNode[] {
    const violation = (text: string): void => this.#violate(text);
    const nowMs = (): number => this.#world.monotonicMs();
    const watch = new StoreWatch({
      violation,
      wasWithoutStore: (node) => {
        const span = { fromMs: nowMs() - STORE_BACK_MS, toMs: nowMs() };
        return record.touched(node, ["store"], span);
      },
    });
    const status = new StatusWatch({
      nowMs,
      faults: record,
      violation,
    });
    const shared = {
      world: this.#world,
      network: this.#network,
      note: (...all: [string, string, Readonly<Record<string, unknown>>?]) => this.#note(...all),
      violation,
      onPublish: (...all: [string, string, string]) => watch.published(...all),
      ...(this.#options.breakPorts && { breakPorts: this.#options.breakPorts }),
    };
    return nodeSpecs().map((spec, index) => {
      const { name } = spec;
      const things = {
        ...this.#shared,
        kvStore: watch.observe(this.#shared.kvStore, name),
        constants: status.observe(this.#shared.constants, name),
      };
      const rng = new Rng(this.#seed * 64 + index);
      return new SimulatedNode(spec, { ...shared, shared: things, rng });
    });
  }

  #openPlayers(ledger: Ledger): SimulatedPlayer[] {
    const { playerCount = PLAYERS } = this.#options;
    const world = this.#world;
    const gateways = nodeSpecs().filter(({ name }) => name.startsWith("gateway"));
    const rooms: RoomBoard = [];
    return Array.from({ length: playerCount }, (_unused, index) => {
      const rng = new Rng(this.#seed * 64 + 32 + index);
      const name = `player_${index}`;
      const ip = `192.168.0.${index + 1}`;
      return new SimulatedPlayer({
        name,
        world,
        rng,
        transport: new ClientTransport({ world, network: this.#network, rng, ip }),
        gateways: gateways.map(({ host }) => host),
        ledger,
        rooms,
        orderMatch: (accountId) => this.#orderMatch(accountId, rng),
        mood: () => this.#mood,
        note: (event, fields) => this.#note(name, event, fields),
      });
    });
  }

  /** As a lobby of somebody else's does. */
  #orderMatch(accountId: string, rng: Rng): string {
    const matchId = `ordered-${rng.nextU32()}`;
    const details = { match_id: matchId, mode: "ffa", players: [accountId] };
    const order = { event_type: "new_match_created", match_details: details };
    void this.#shared.workQueue.publish("matchmaking_events", order);
    return matchId;
  }

  /** As an admin's tool does. */
  #command(): void {
    for (const { name } of this.#players) {
      const command = { player_id: name, command: "shoot", details: { source: "admin" } };
      void this.#shared.workQueue.publish("player_commands", command);
    }
  }

  #checkSettled(): void {
    const nowMs = this.#world.monotonicMs();
    for (const node of this.#nodes) {
      if (!node.isUp) this.#violate(`${node.spec.name} is not up again`);
    }
    for (const { name, shownAtMs } of this.#players) {
      if (nowMs - shownAtMs < SHOWN_WITHIN_MS) continue;
      this.#violate(`${name} is in no match ${SETTLED_WITHIN_MS} ms after the last fault`);
    }
  }

  async #checkGone(): Promise<void> {
    const { kvStore, workQueue } = this.#shared;
    const nodes = this.#nodes.map(({ spec }) => spec);
    const leftovers = await findLeftovers({ kvStore, workQueue, network: this.#network, nodes });
    for (const leftover of leftovers) this.#violate(leftover);
  }

  #violate(text: string): void {
    this.#note("world", "VIOLATION", { text });
    if (this.#violations.length < VIOLATIONS_MAX) {
      this.#violations.push(`${this.#world.monotonicMs().toFixed(1)} ms: ${text}`);
    }
  }

  #note(who: string, event: string, fields: Readonly<Record<string, unknown>> = {}): void {
    this.#counts.set(event, (this.#counts.get(event) ?? 0) + 1);
    const line = `${this.#world.monotonicMs().toFixed(3)} ${who} ${event} ${
      JSON.stringify(fields)
    }`;
    this.#trace.add(line);
    this.#options.onLine?.(line);
  }
}
