import type { Clock } from "../../core/clock.ts";
import { Rng } from "../../core/rng.ts";
import type { Transport, TransportEvents } from "../../game/client/transport.ts";
import { type LinkConditions, PERFECT_LINK, SimulatedLink } from "../network/simulated_link.ts";
import type { LoadLink } from "./load_options.ts";

/** How a transport is made worse. */
export interface ShapedTransportOptions {
  /** Each way. */
  readonly link: LoadLink;
  /** Times what is under way. */
  readonly clock: Clock;
  /** Seeds both ways. */
  readonly rng: Rng;
  /** Opens what lies beneath. */
  readonly open: (events: TransportEvents) => Transport;
}

/** A bad network in front of a transport of datagrams: what is sent and what comes is lost or late. */
export function openShapedTransport(
  options: ShapedTransportOptions,
  events: TransportEvents,
): Transport {
  const { link, clock, rng, open } = options;
  if (link.lossShare === 0 && link.delayMs === 0 && link.jitterMs === 0) return open(events);
  const conditions: LinkConditions = { ...PERFECT_LINK, ...link };
  const back = new SimulatedLink({
    conditions,
    rng: new Rng(rng.nextU32()),
    clock,
    deliver: events.onBytes,
  });
  const inner = open({ onBytes: (bytes) => back.send(bytes), onFault: events.onFault });
  const there = new SimulatedLink({
    conditions,
    rng: new Rng(rng.nextU32()),
    clock,
    deliver: (bytes) => inner.send(bytes),
  });
  return {
    send: (bytes) => there.send(bytes),
    close: async () => {
      there.close();
      back.close();
      await inner.close();
    },
  };
}
