/** Steps between ticks, to be multiplied by a power of ten. */
const STEPS = [1, 2, 2.5, 5, 10] as const;
const THOUSAND = 1_000;
const MILLION = 1_000_000;

/** Round values from 0 up to the first that is not below `max`, about `count` of them. */
export function axisTicks(max: number, count: number): number[] {
  if (!(max > 0) || !Number.isFinite(max)) return [0, 1];
  const rough = max / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = (STEPS.find((each) => each * power >= rough * 0.999) ?? 10) * power;
  const last = Math.ceil((max / step) * 0.999);
  // Not by adding up, which would add up errors too.
  return Array.from({ length: last + 1 }, (_, index) => Number((index * step).toPrecision(12)));
}

/** A value short enough to stand at an axis. */
export function tickText(value: number): string {
  if (value >= MILLION) return `${Number((value / MILLION).toPrecision(3))}M`;
  if (value >= 10 * THOUSAND) return `${Number((value / THOUSAND).toPrecision(3))}k`;
  return String(Number(value.toPrecision(3)));
}
