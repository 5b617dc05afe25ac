import type { Clock } from "../../core/clock.ts";
import type { ManualClock } from "../../core/manual_clock.ts";
import type { Rng } from "../../core/rng.ts";
import type { Ports } from "../../core/service.ts";
import type { FaultyLink } from "./faulty_link.ts";
import { linkConstants, linkDatabase, linkKvStore, linkRpc } from "./linked_ports.ts";
import { linkPubSub } from "./linked_pub_sub.ts";
import { linkWorkQueue } from "./linked_work_queue.ts";
import { linkEventLog } from "./memory_event_log.ts";
import type { SharedThings } from "./shared_things.ts";

/** The things behind the ports, each of which a node has a way to that can fail by itself. */
export const LINK_NAMES = ["store", "bus", "rpc", "queue", "events", "database"] as const;

/** One of {@linkcode LINK_NAMES}. */
export type LinkName = typeof LINK_NAMES[number];

/** What a process's ports are made of. */
export interface NodePortsOptions {
  /** What is behind them. */
  readonly shared: SharedThings;
  /** The time that all machines share. */
  readonly world: ManualClock;
  /** Draws what the brokers do. */
  readonly rng: Rng;
  /** Opens a way there, as good as the node's ways are now. */
  readonly openLink: (name: LinkName) => FaultyLink;
  /** Told of what the process sends over the bus, at that moment. */
  readonly onPublish: (subject: string, payload: string) => void;
}

const LOST_ACKS_OF_1000 = 20;
/** Of so many processes that die the bus takes one for alive for a while, as of a machine that is gone. */
const UNNOTICED_OF = 4;
const UNNOTICED_MS_MAX = 3_000;
const NOTICED_MS_MAX = 50;

/** The ports of one process, each at the end of a link of its own. */
export function openNodePorts(options: NodePortsOptions): Ports {
  const { shared, world, rng, openLink, onPublish } = options;
  const after: Clock["after"] = (...all) => world.after(...all);
  return {
    kvStore: linkKvStore(shared.kvStore, openLink("store")),
    pubSub: linkPubSub({
      pubSub: shared.pubSub,
      link: openLink("bus"),
      openLink: () => openLink("bus"),
      noticeMs: () => rng.below(rng.below(UNNOTICED_OF) === 0 ? UNNOTICED_MS_MAX : NOTICED_MS_MAX),
      after,
      onPublish,
    }),
    rpc: linkRpc(shared.rpc, openLink("rpc")),
    workQueue: linkWorkQueue({
      workQueue: shared.workQueue,
      link: openLink("queue"),
      losesAck: () => rng.below(1_000) < LOST_ACKS_OF_1000,
      after,
    }),
    eventLog: linkEventLog(shared.eventLog, openLink("events")),
    database: linkDatabase(shared.database, openLink("database")),
    constants: linkConstants(shared.constants, openLink("database")),
  };
}
