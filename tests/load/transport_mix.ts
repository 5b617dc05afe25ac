/** What a player may speak. */
export const TRANSPORTS = ["udp", "json-udp", "tcp", "websocket"] as const;

/** One of {@linkcode TRANSPORTS}; `udp` is the binary protocol. */
export type TransportName = typeof TRANSPORTS[number];

/** How much of a load goes over one transport. */
export interface TransportShare {
  /** Which. */
  readonly transport: TransportName;
  /** Against the other weights, 1..1000. */
  readonly weight: number;
}

const WEIGHT_MAX = 1_000;

/** Reads `udp`, or `udp:50,websocket:30`; undefined where it is neither. */
export function tryParseMix(text: string): readonly TransportShare[] | undefined {
  const mix: TransportShare[] = [];
  for (const item of text.split(",")) {
    const [name, weightText = "1", ...more] = item.split(":");
    const transport = TRANSPORTS.find((known) => known === name);
    const weight = /^\d{1,4}$/.test(weightText) ? Number(weightText) : NaN;
    const isNew = !mix.some((share) => share.transport === transport);
    if (transport === undefined || more.length > 0 || !isNew) return undefined;
    if (!(weight >= 1 && weight <= WEIGHT_MAX)) return undefined;
    mix.push({ transport, weight });
  }
  return mix;
}

/**
 * The transport of each of so many players, by their number. Each has its share to within one player, and
 * so has every beginning of the list: a ramp starts with the mix that it ends with.
 */
export function assignTransports(mix: readonly TransportShare[], count: number): TransportName[] {
  const total = mix.reduce((sum, { weight }) => sum + weight, 0);
  const given = mix.map(() => 0);
  return Array.from({ length: count }, (_, index) => {
    let next = 0;
    let mostOwed = -Infinity;
    for (const [place, { weight }] of mix.entries()) {
      const owed = ((index + 1) * weight) / total - (given[place] ?? 0);
      if (owed <= mostOwed) continue;
      mostOwed = owed;
      next = place;
    }
    given[next] = (given[next] ?? 0) + 1;
    return mix[next]?.transport ?? "udp";
  });
}
