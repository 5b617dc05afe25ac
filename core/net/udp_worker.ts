/// <reference lib="deno.worker" />
// The thread of a UDP socket: while the simulation runs a tick, somebody has to empty the socket.
import { systemClock } from "../clock.ts";
import { describeError } from "../log.ts";
import { SourceFilter } from "./datagram_filter.ts";
import { DatagramGate } from "./datagram_gate.ts";
import { openDatagramBackend } from "./datagram_backend.ts";
import { openMmsgBackend } from "./mmsg_backend.ts";
import { RateLimiter } from "./rate_limiter.ts";
import { type UdpBackend, type UdpBackendOptions, WorkerLink } from "./udp_backend.ts";
import type { UdpWorkerMessage, UdpWorkerStart } from "./udp_worker_messages.ts";

/** A failure of one kind is told this often at first, and then once a second. */
const TROUBLE_BURST = 3;

globalThis.addEventListener("message", (event: MessageEvent<UdpWorkerStart>) => {
  run(event.data).then(
    () => say({ kind: "closed" }),
    (error) => say({ kind: "failed", error: describeError(error) }),
  );
});

async function run(start: UdpWorkerStart): Promise<void> {
  const backend = open(start);
  say({ kind: "listening", address: backend.address });
  await backend.run();
}

function open(start: UdpWorkerStart): UdpBackend {
  const { memory, native, datagramBytesMax, sourceRate } = start;
  const clock = systemClock;
  const filter = new SourceFilter({
    datagramBytesMax,
    ratePerSecond: sourceRate.perSecond,
    burst: sourceRate.burst,
  });
  const [seed = 0] = crypto.getRandomValues(new Uint32Array(1));
  const troubles = new RateLimiter({ ratePerSecond: 1, burst: TROUBLE_BURST, keysMax: 2, clock });
  const options: UdpBackendOptions = {
    ...start,
    link: new WorkerLink(memory, filter),
    gate: new DatagramGate({ memory, filter, seed, clock }),
    onFailure: (reason, error) => {
      if (troubles.tryTake(reason)) say({ kind: "trouble", reason, error });
    },
  };
  return native === undefined
    ? openDatagramBackend({ ...options, clock })
    : openMmsgBackend({ ...options, ...native, memory });
}

function say(message: UdpWorkerMessage): void {
  self.postMessage(message);
}
