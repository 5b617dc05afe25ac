import { getLevelByName, getLevelName, type LevelName, type LogLevel } from "./levels.ts";
import type { LogRecord } from "./log_record.ts";

/** Makes a record the text that a handler writes. */
export type FormatterFunction = (logRecord: LogRecord) => string;

/** How a handler works. */
export interface BaseHandlerOptions {
  /** Makes a record text; `LEVEL message` by default. */
  formatter?: FormatterFunction;
}

const DEFAULT_FORMATTER: FormatterFunction = ({ levelName, msg }) => `${levelName} ${msg}`;

/** Takes the records of loggers, makes those that are not below its level text, and writes them. */
export abstract class BaseHandler {
  /** Makes a record text. */
  formatter: FormatterFunction;
  #level: LogLevel;

  /**
   * Makes a handler of records from this level up.
   *
   * @throws Error where there is no level of that name
   */
  constructor(levelName: LevelName, options: BaseHandlerOptions = {}) {
    this.#level = getLevelByName(levelName);
    this.formatter = options.formatter ?? DEFAULT_FORMATTER;
  }

  /** The number of the lowest level that it writes. */
  get level(): LogLevel {
    return this.#level;
  }

  /** Changes the lowest level that it writes. @throws Error where there is no such level */
  set level(level: LogLevel) {
    this.levelName = getLevelName(level);
  }

  /** The name of the lowest level that it writes. */
  get levelName(): LevelName {
    return getLevelName(this.#level);
  }

  /** Changes the lowest level that it writes. @throws Error where there is no such level */
  set levelName(levelName: LevelName) {
    this.#level = getLevelByName(levelName);
  }

  /** Writes the record unless it is below the level. */
  handle(logRecord: LogRecord): void {
    if (logRecord.level < this.#level) return;
    this.log(this.format(logRecord));
  }

  /** The text of a record. */
  format(logRecord: LogRecord): string {
    return this.formatter(logRecord);
  }

  /** Writes a text. */
  abstract log(msg: string): void;

  /** Opens what `log` needs; does nothing here. */
  setup(): void {}

  /** Closes what `setup` opened; does nothing here. */
  destroy(): void {}

  /** Destroys it at the end of a `using` block. */
  [Symbol.dispose](): void {
    this.destroy();
  }
}
