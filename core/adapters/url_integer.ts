/** A parameter of a URL that is a whole number. */
export interface IntegerParameter {
  /** As it stands in the URL. */
  readonly name: string;
  /** Where it is not there. */
  readonly fallback: number;
  /** The least. */
  readonly min: number;
  /** The most. */
  readonly max: number;
}

/** The value of a parameter, or its fallback where it is not there; undefined where it breaks its rule. */
export function tryIntegerOf(
  parameters: URLSearchParams,
  { name, fallback, min, max }: IntegerParameter,
): number | undefined {
  const raw = parameters.get(name);
  if (raw === null) return fallback;
  const value = /^\d{1,9}$/.test(raw) ? Number(raw) : NaN;
  return value >= min && value <= max ? value : undefined;
}

/** The value of a parameter, or its fallback where it is not there or breaks its rule. */
export function integerOf(parameters: URLSearchParams, rule: IntegerParameter): number {
  return tryIntegerOf(parameters, rule) ?? rule.fallback;
}
