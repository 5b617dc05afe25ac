import type { LogFields } from "../../core/log.ts";
import type { ManualClock } from "../../core/manual_clock.ts";
import type { Rng } from "../../core/rng.ts";
import type { Ports, RunningService, ServiceContext } from "../../core/service.ts";
import { FaultyLink, GOOD_LINK, type LinkState } from "./faulty_link.ts";
import { openNodeContext } from "./node_context.ts";
import { LINK_NAMES, type LinkName, openNodePorts } from "./node_ports.ts";
import type { SharedThings } from "./shared_things.ts";
import type { SimulatedNetwork } from "./simulated_network.ts";
import { SimulatedProcess } from "./simulated_process.ts";

/** What a service is started with. */
export type NodeDeps = ServiceContext & Ports;

/** A node of the topology. */
export interface NodeSpec {
  /** Its name, which it keeps when it is started again. */
  readonly name: string;
  /** Where it listens. */
  readonly host: string;
  /** Starts the service. */
  start(deps: NodeDeps): Promise<RunningService>;
}

/** What nodes share. */
export interface NodeWorld {
  /** The time that all machines share. */
  readonly world: ManualClock;
  /** Draws what is left to chance. */
  readonly rng: Rng;
  /** What is behind the ports. */
  readonly shared: SharedThings;
  /** Where nodes listen. */
  readonly network: SimulatedNetwork;
  /** Told what happens, for the trace. */
  readonly note: (node: string, event: string, fields?: LogFields) => void;
  /** Told of what must not happen. */
  readonly violation: (text: string) => void;
  /** Told of what a node sends over the bus, at that moment. */
  readonly onPublish: (node: string, subject: string, payload: string) => void;
  /** Changes the ports of a node, to break a rule on purpose. */
  readonly breakPorts?: (node: string, ports: Ports) => Ports;
}

/** How long a supervisor waits before it starts a service again that could not start, in milliseconds. */
const START_AGAIN_MS = 1_000;
/** How long a service that ends in order is waited for, in milliseconds. */
const CLOSE_MS_MAX = 15_000;
const SKEW_MS_MAX = 100;

/** A machine with one service, whose process is started again when it has died. */
export class SimulatedNode {
  /** What it is. */
  readonly spec: NodeSpec;
  readonly #world: NodeWorld;
  readonly #skewMs: number;
  #states: Record<LinkName, LinkState> = goodLinks();
  #links: readonly (readonly [LinkName, FaultyLink])[] = [];
  #process: SimulatedProcess | undefined;
  #running: RunningService | undefined;

  /** Runs nothing yet. */
  constructor(spec: NodeSpec, world: NodeWorld) {
    this.spec = spec;
    this.#world = world;
    this.#skewMs = world.rng.below(2 * SKEW_MS_MAX + 1) - SKEW_MS_MAX;
  }

  /** Whether its service has started and runs now. */
  get isUp(): boolean {
    return this.#running !== undefined && this.#process?.isRunning === true;
  }

  /** Whether there is a process. */
  get isAlive(): boolean {
    return this.#process?.isAlive === true;
  }

  /** Starts the service; where it cannot, again after a while. */
  start(): void {
    if (this.isAlive) return;
    const { spec } = this;
    const { world, rng, network, note, violation } = this.#world;
    const process = new SimulatedProcess({
      name: spec.name,
      world,
      rng,
      skewMs: this.#skewMs,
      onFault: (error) => violation(`${spec.name} threw: ${describe(error)}`),
    });
    this.#process = process;
    network.claim(spec.host, process);
    note(spec.name, "starts");
    spec.start(this.#open(process)).then((running) => {
      if (!process.isAlive) return;
      this.#running = running;
      note(spec.name, "started");
    }, (error: unknown) => {
      if (!process.isAlive) return;
      note(spec.name, "not_started", { error: describe(error) });
      this.crash();
      world.after(START_AGAIN_MS, () => this.start());
    });
  }

  /** Ends the process without a goodbye. */
  crash(): void {
    const process = this.#process;
    this.#process = undefined;
    this.#running = undefined;
    // Last, because whoever waits for the end may start the next.
    process?.kill();
  }

  /** Ends the service in order, and then the process; calls back when that is done. */
  stop(then: () => void): void {
    const process = this.#process;
    const running = this.#running;
    if (process === undefined || running === undefined) return then();
    this.#running = undefined;
    let isEnded = false;
    const end = (): void => {
      if (isEnded) return;
      isEnded = true;
      if (this.#process === process) this.crash();
      then();
    };
    process.onDeath(end);
    this.#world.world.after(CLOSE_MS_MAX, end);
    process.enter(() => {
      running.close().then(end, (error: unknown) => {
        this.#world.note(this.spec.name, "not_closed", { error: describe(error) });
        end();
      });
    });
  }

  /** Stops the process for a while, as SIGSTOP does. */
  freeze(): void {
    this.#process?.freeze();
  }

  /** Lets it go on. */
  thaw(): void {
    this.#process?.thaw();
  }

  /** Makes one of its ways as bad as that. */
  setLink(name: LinkName, state: LinkState): void {
    this.#states[name] = state;
    for (const [linkName, link] of this.#links) if (linkName === name) link.state = state;
  }

  /** Makes all of them good. */
  mendLinks(): void {
    for (const name of LINK_NAMES) this.setLink(name, GOOD_LINK);
  }

  #open(process: SimulatedProcess): NodeDeps {
    const { shared, world, rng, onPublish, breakPorts } = this.#world;
    const { name } = this.spec;
    const links: [LinkName, FaultyLink][] = [];
    this.#links = links;
    const ports = openNodePorts({
      shared,
      world,
      rng,
      openLink: (linkName) => {
        const link = new FaultyLink({ process, world, rng });
        link.state = this.#states[linkName];
        links.push([linkName, link]);
        return link;
      },
      onPublish: (subject, payload) => onPublish(name, subject, payload),
    });
    return {
      ...(breakPorts?.(name, ports) ?? ports),
      ...openNodeContext(process, (...all) => this.#world.note(name, ...all)),
    };
  }
}

function goodLinks(): Record<LinkName, LinkState> {
  return {
    store: GOOD_LINK,
    bus: GOOD_LINK,
    rpc: GOOD_LINK,
    queue: GOOD_LINK,
    events: GOOD_LINK,
    database: GOOD_LINK,
  };
}

function describe(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
