/** What a number may be. */
export interface NumberRange {
  /** The least. */
  readonly min: number;
  /** The greatest. */
  readonly max: number;
}

const VALUE_LENGTH_MAX = 4_096;

/** Reads `--name value` and `--name=value`, and keeps everything that is wrong, to be told at once. */
export class OptionReader {
  readonly #values = new Map<string, string>();
  readonly #flags = new Set<string>();
  readonly #known = new Set<string>();
  readonly #problems: string[] = [];

  /** Takes the arguments apart; `flags` are the options that have no value. */
  constructor(args: readonly string[], flags: readonly string[]) {
    const rest = args.values();
    for (const arg of rest) {
      const [name = "", ...parts] = arg.split("=");
      if (!name.startsWith("--")) this.problem(`${JSON.stringify(arg)} is no option`);
      else if (flags.includes(arg)) this.#flags.add(arg);
      else {
        const value = parts.length > 0 ? parts.join("=") : rest.next().value ?? "";
        if (this.#values.has(name)) this.problem(`${name} is there twice`);
        else this.#values.set(name, value);
      }
    }
  }

  /** Adds something that is wrong. */
  problem(text: string): void {
    this.#problems.push(text);
  }

  /** Everything that is wrong; options that nobody has read are. */
  finish(): readonly string[] {
    const strangers = [...this.#values.keys()].filter((name) => !this.#known.has(name));
    return [...this.#problems, ...strangers.map((name) => `there is no option ${name}`)];
  }

  /** Whether an option that has no value is there. */
  flag(name: string): boolean {
    return this.#flags.has(name);
  }

  /** The text of an option; undefined where it is not there. */
  text(name: string): string | undefined {
    this.#known.add(name);
    const value = this.#values.get(name);
    if (value === undefined) return undefined;
    if (value !== "" && value.length <= VALUE_LENGTH_MAX) return value;
    this.problem(`${name} needs a value`);
    return undefined;
  }

  /** A number of a range. */
  number(name: string, fallback: number, range: NumberRange): number {
    const { min, max } = range;
    return this.parsed(name, fallback, {
      parse: (text) => inRange(/^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN, range),
      rule: `${min}..${max}`,
    });
  }

  /** A whole number of a range. */
  integer(name: string, fallback: number, range: NumberRange): number {
    const { min, max } = range;
    return this.parsed(name, fallback, {
      parse: (text) => inRange(/^\d+$/.test(text) ? Number(text) : NaN, range),
      rule: `a whole number, ${min}..${max}`,
    });
  }

  /** One of some words. */
  choice<const Word extends string>(name: string, fallback: Word, words: readonly Word[]): Word {
    return this.parsed(name, fallback, {
      parse: (text) => words.find((word) => word === text),
      rule: words.join(" or "),
    });
  }

  /** Whatever `parse` makes of the text; `rule` says what it takes. */
  parsed<Value>(
    name: string,
    fallback: Value,
    reading: { readonly parse: (text: string) => Value | undefined; readonly rule: string },
  ): Value {
    const text = this.text(name);
    if (text === undefined) return fallback;
    const value = reading.parse(text);
    if (value !== undefined) return value;
    this.problem(`${name} must be ${reading.rule}, is ${JSON.stringify(text)}`);
    return fallback;
  }
}

function inRange(value: number, { min, max }: NumberRange): number | undefined {
  return value >= min && value <= max ? value : undefined;
}
