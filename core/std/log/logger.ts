import type { BaseHandler } from "./base_handler.ts";
import {
  getLevelByName,
  getLevelName,
  type LevelName,
  type LogLevel,
  LogLevels,
} from "./levels.ts";
import { LogRecord } from "./log_record.ts";

/** Any function. */
export type GenericFunction = (...args: never[]) => unknown;

/** How a logger works. */
export interface LoggerOptions {
  /** Who gets its records; nobody by default. */
  handlers?: BaseHandler[];
}

/** A message: a value of any type, or a function that is called for it only where it is logged. */
type Message<T> = (T extends GenericFunction ? never : T) | (() => T);

/**
 * Hands what is logged to its handlers, unless it is below its level. Each method gives back the
 * message, or what the function in its place returned; undefined where the function was not called.
 */
export class Logger {
  /** Who gets its records. */
  handlers: BaseHandler[];
  #level: LogLevel;
  readonly #loggerName: string;

  /**
   * Makes a logger of messages from this level up.
   *
   * @throws Error where there is no level of that name
   */
  constructor(loggerName: string, levelName: LevelName, options: LoggerOptions = {}) {
    this.#loggerName = loggerName;
    this.#level = getLevelByName(levelName);
    this.handlers = options.handlers ?? [];
  }

  /** The number of the lowest level that it logs. */
  get level(): LogLevel {
    return this.#level;
  }

  /** Changes the lowest level that it logs. @throws TypeError where there is no such level */
  set level(level: LogLevel) {
    try {
      this.#level = getLevelByName(getLevelName(level));
    } catch (cause) {
      throw new TypeError(`Invalid log level: ${level}`, { cause });
    }
  }

  /** The name of the lowest level that it logs. */
  get levelName(): LevelName {
    return getLevelName(this.#level);
  }

  /** Changes the lowest level that it logs. @throws Error where there is no such level */
  set levelName(levelName: LevelName) {
    this.#level = getLevelByName(levelName);
  }

  /** Its name, which each of its records carries. */
  get loggerName(): string {
    return this.#loggerName;
  }

  /** The text of a message that is none; `isProperty` puts a string in quotation marks. */
  asString(data: unknown, isProperty = false): string {
    if (typeof data === "string") return isProperty ? `"${data}"` : data;
    if (typeof data === "function") return "undefined";
    if (data instanceof Error) return data.stack ?? String(data);
    if (typeof data !== "object" || data === null) return String(data);
    const properties = Object.entries(data);
    return `{${
      properties.map(([key, value]) => `"${key}":${this.asString(value, true)}`).join(",")
    }}`;
  }

  /** Logs what only a developer wants to know, from a function. */
  debug<T>(msg: () => T, ...args: unknown[]): T | undefined;
  /** Logs what only a developer wants to know. */
  debug<T>(msg: T extends GenericFunction ? never : T, ...args: unknown[]): T;
  debug<T>(msg: Message<T>, ...args: unknown[]): T | undefined {
    return this.#write(LogLevels.DEBUG, msg, args);
  }

  /** Logs what happened, from a function. */
  info<T>(msg: () => T, ...args: unknown[]): T | undefined;
  /** Logs what happened. */
  info<T>(msg: T extends GenericFunction ? never : T, ...args: unknown[]): T;
  info<T>(msg: Message<T>, ...args: unknown[]): T | undefined {
    return this.#write(LogLevels.INFO, msg, args);
  }

  /** Logs what may become trouble, from a function. */
  warn<T>(msg: () => T, ...args: unknown[]): T | undefined;
  /** Logs what may become trouble. */
  warn<T>(msg: T extends GenericFunction ? never : T, ...args: unknown[]): T;
  warn<T>(msg: Message<T>, ...args: unknown[]): T | undefined {
    return this.#write(LogLevels.WARN, msg, args);
  }

  /** Logs what went wrong, from a function. */
  error<T>(msg: () => T, ...args: unknown[]): T | undefined;
  /** Logs what went wrong. */
  error<T>(msg: T extends GenericFunction ? never : T, ...args: unknown[]): T;
  error<T>(msg: Message<T>, ...args: unknown[]): T | undefined {
    return this.#write(LogLevels.ERROR, msg, args);
  }

  /** Logs what ends the program, from a function. */
  critical<T>(msg: () => T, ...args: unknown[]): T | undefined;
  /** Logs what ends the program. */
  critical<T>(msg: T extends GenericFunction ? never : T, ...args: unknown[]): T;
  critical<T>(msg: Message<T>, ...args: unknown[]): T | undefined {
    return this.#write(LogLevels.CRITICAL, msg, args);
  }

  #write<T>(level: LogLevel, message: Message<T>, args: unknown[]): T | undefined {
    if (level < this.#level) return message instanceof Function ? undefined : message;
    const value = message instanceof Function ? message() : message;
    const msg = this.asString(value);
    const record = new LogRecord({ msg, args, level, loggerName: this.#loggerName });
    for (const handler of this.handlers) handler.handle(record);
    return value;
  }
}
