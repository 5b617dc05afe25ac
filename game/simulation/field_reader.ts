import { type JsonObject, tryJsonObject } from "../../core/json.ts";

/** The bounds of a number, both included. */
export interface NumberRange {
  /** The least. */
  readonly min: number;
  /** The greatest. */
  readonly max: number;
}

/** Reads the fields of a stored object; whatever is wrong throws an Error that names the field. */
export class FieldReader {
  readonly #object: JsonObject;
  readonly #path: string;

  /** Reads one object; `path` names it in errors. @throws Error when the value is no object */
  constructor(value: unknown, path: string) {
    const object = tryJsonObject(value);
    if (object === undefined) throw refusal(path, "an object", value);
    this.#object = object;
    this.#path = path;
  }

  /** A whole number within bounds. @throws Error */
  integer(name: string, { min, max }: NumberRange): number {
    const value = this.#object[name];
    if (typeof value === "number" && Number.isInteger(value) && value >= min && value <= max) {
      // `+ 0` makes -0 the one zero that there is.
      return value + 0;
    }
    throw refusal(this.#pathOf(name), `an integer ${min}..${max}`, value);
  }

  /** A list of whole numbers within bounds, exactly `length` of them. @throws Error */
  integers(name: string, length: number, { min, max }: NumberRange): number[] {
    const values = this.#list(name, length);
    if (values.length !== length) {
      throw refusal(this.#pathOf(name), `a list of ${length}`, values.length);
    }
    return values.map((value) => {
      if (typeof value === "number" && Number.isInteger(value) && value >= min && value <= max) {
        return value + 0;
      }
      throw refusal(this.#pathOf(name), `integers ${min}..${max}`, value);
    });
  }

  /** True or false. @throws Error */
  boolean(name: string): boolean {
    const value = this.#object[name];
    if (typeof value === "boolean") return value;
    throw refusal(this.#pathOf(name), "true or false", value);
  }

  /** A text of at most `lengthMax` characters. @throws Error */
  text(name: string, lengthMax: number): string {
    const value = this.#object[name];
    if (typeof value === "string" && value.length <= lengthMax) return value;
    throw refusal(this.#pathOf(name), `a text of at most ${lengthMax} characters`, value);
  }

  /** An object in it. @throws Error */
  object(name: string): FieldReader {
    return new FieldReader(this.#object[name], this.#pathOf(name));
  }

  /** An object in it, or undefined where it is null. @throws Error */
  objectOrNull(name: string): FieldReader | undefined {
    return this.#object[name] === null ? undefined : this.object(name);
  }

  /** A list of at most `lengthMax` objects. @throws Error */
  objects(name: string, lengthMax: number): FieldReader[] {
    return this.#list(name, lengthMax).map((value, index) => {
      return new FieldReader(value, `${this.#pathOf(name)}[${index}]`);
    });
  }

  /** The error that says what a field must be. */
  refusal(name: string, rule: string): Error {
    return refusal(this.#pathOf(name), rule, this.#object[name]);
  }

  #list(name: string, lengthMax: number): readonly unknown[] {
    const value = this.#object[name];
    if (Array.isArray(value) && value.length <= lengthMax) return value;
    throw refusal(this.#pathOf(name), `a list of at most ${lengthMax}`, value);
  }

  #pathOf(name: string): string {
    return `${this.#path}.${name}`;
  }
}

/** The value is cut short: it may come from a stranger and be of any size. */
function refusal(path: string, rule: string, value: unknown): Error {
  const shown = typeof value === "object" && value !== null
    ? "an object or a list"
    : String(JSON.stringify(value)).slice(0, 80);
  return new Error(`Cannot restore world: ${path} must be ${rule}, is ${shown}`);
}
