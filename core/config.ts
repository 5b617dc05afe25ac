/** Where settings come from: `Deno.env`, or a `Map` in a test. */
export interface Env {
  /** The variable's value; undefined where it is not set. */
  get(name: string): string | undefined;
  /** Told of each setting that is read; for whoever lists them. */
  declare?(variable: Variable): void;
}

/** A setting that somebody reads. */
export interface Variable {
  /** The environment variable. */
  readonly name: string;
  /** What it may be, such as `0..65535`. */
  readonly rule: string;
  /** What counts where it is not set; undefined where nothing does. */
  readonly fallback: string | undefined;
}

/** Some variables cannot be read; the message has a line for each. */
export class ConfigError extends Error {
  /** What `describeError` and stack traces show. */
  override readonly name = "ConfigError";
}

/**
 * Reads typed settings from the environment. A bad variable does not throw at once: `finish`
 * reports all of them together, so that an operator mends them in one go. An empty variable counts
 * as unset.
 */
export class ConfigReader {
  readonly #env: Env;
  readonly #problems: string[] = [];

  /** Reads nothing yet. */
  constructor(env: Env) {
    this.#env = env;
  }

  /** A text of 1 to `lengthMax` UTF-16 units, 4096 by default. */
  text(name: string, fallback: string, options: { readonly lengthMax?: number } = {}): string {
    const { lengthMax = 4096 } = options;
    const raw = this.#read(name, `text of at most ${lengthMax} characters`, fallback);
    if (raw === undefined) return fallback;
    if (raw.length <= lengthMax) return raw;
    this.problem(name, `must have at most ${lengthMax} characters`, `${raw.length} long`);
    return fallback;
  }

  /** The variable as it is, or undefined where it is unset or empty. */
  optional(name: string): string | undefined {
    return this.#read(name, "text", undefined);
  }

  /** A whole number of at most 15 digits, `min` to `max` inclusive. */
  integer(
    name: string,
    fallback: number,
    range: { readonly min: number; readonly max: number },
  ): number {
    const raw = this.#read(name, `${range.min}..${range.max}`, String(fallback));
    if (raw === undefined) return fallback;
    const value = /^-?\d{1,15}$/.test(raw) ? Number(raw) : NaN;
    if (value >= range.min && value <= range.max) return value;
    this.problem(name, `must be ${range.min}..${range.max}`, raw);
    return fallback;
  }

  /** A port to listen on; 0 lets the system choose. */
  port(name: string, fallback: number): number {
    return this.integer(name, fallback, { min: 0, max: 65_535 });
  }

  /** `true` or `false` (also `1` and `0`), in any case. */
  boolean(name: string, fallback: boolean): boolean {
    const raw = this.#read(name, "true or false", String(fallback))?.toLowerCase();
    if (raw === undefined) return fallback;
    if (raw === "true" || raw === "1") return true;
    if (raw === "false" || raw === "0") return false;
    this.problem(name, "must be true or false", raw);
    return fallback;
  }

  /** One of a closed set, spelt exactly so. */
  choice<Choice extends string>(
    name: string,
    fallback: Choice,
    choices: readonly Choice[],
  ): Choice {
    const raw = this.#read(name, `one of ${choices.join(", ")}`, fallback);
    if (raw === undefined) return fallback;
    const choice = choices.find((candidate) => candidate === raw);
    if (choice !== undefined) return choice;
    this.problem(name, `must be one of ${choices.join(", ")}`, raw);
    return fallback;
  }

  /** Records that a variable breaks a rule; for rules that only the caller knows. */
  problem(name: string, rule: string, value: string): void {
    this.#problems.push(`Cannot read ${name}: ${rule}, is ${JSON.stringify(value)}`);
  }

  /** Returns `config`. @throws ConfigError when any variable was bad */
  finish<Config>(config: Config): Config {
    if (this.#problems.length > 0) throw new ConfigError(this.#problems.join("\n"));
    return config;
  }

  #read(name: string, rule: string, fallback: string | undefined): string | undefined {
    this.#env.declare?.({ name, rule, fallback });
    return this.#env.get(name) || undefined;
  }
}

/**
 * Runs every parser, so that the problems of all are known at once.
 *
 * @throws ConfigError with a line for each problem; one that several parsers have is named once
 */
export function checkTogether(parsers: readonly (() => unknown)[]): void {
  const problems = new Set<string>();
  for (const parse of parsers) {
    try {
      parse();
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      for (const problem of error.message.split("\n")) problems.add(problem);
    }
  }
  if (problems.size > 0) throw new ConfigError([...problems].join("\n"));
}
