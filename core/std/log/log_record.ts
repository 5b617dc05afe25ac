import { getLevelName, type LogLevel } from "./levels.ts";

/** What a record is made of. */
export interface LogRecordOptions {
  /** The message, already text. */
  msg: string;
  /** What was passed besides the message. */
  args: unknown[];
  /** The level at which it was logged. */
  level: LogLevel;
  /** The logger through which it was logged. */
  loggerName: string;
}

/** One logged message, as a formatter gets it. */
export class LogRecord {
  /** The message, already text. */
  readonly msg: string;
  /** The number of its level. */
  readonly level: number;
  /** The name of its level. */
  readonly levelName: string;
  /** The logger through which it was logged. */
  readonly loggerName: string;
  readonly #args: readonly unknown[];
  readonly #datetimeMs: number;

  /**
   * Makes a record of this moment.
   *
   * @throws Error where there is no level of that number
   */
  constructor(options: LogRecordOptions) {
    this.msg = options.msg;
    this.level = options.level;
    this.levelName = getLevelName(options.level);
    this.loggerName = options.loggerName;
    this.#args = [...options.args];
    this.#datetimeMs = Date.now();
  }

  /** What was passed besides the message; a copy. */
  get args(): unknown[] {
    return [...this.#args];
  }

  /** When it was logged; a copy. */
  get datetime(): Date {
    return new Date(this.#datetimeMs);
  }
}
