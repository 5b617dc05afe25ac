import { BaseHandler, type LevelName, Logger, type LogRecord } from "@std/log";

/** What an event carries beside its name; never a password or a token. */
export type LogFields = Readonly<Record<string, unknown>>;

/** A log of events: a lower_snake name and its fields. */
export interface Log {
  /** Whether DEBUG is written: a hot path asks before it builds the fields. */
  readonly debugOn: boolean;
  /** Of use only when looking for a fault: the one level for what each datagram causes. */
  debug(event: string, fields?: LogFields): void;
  /** A step in the service's life, or something that operators count on to see. */
  info(event: string, fields?: LogFields): void;
  /** Something is wrong or odd, and the service goes on regardless. */
  warn(event: string, fields?: LogFields): void;
  /** A fault of ours or of I/O: somebody should look. */
  error(event: string, fields?: LogFields): void;
  /** The same log with fields that every event of it carries. */
  child(fields: LogFields): Log;
}

/** The levels that configuration may name. */
export const LOG_LEVELS = ["DEBUG", "INFO", "WARN", "ERROR"] as const satisfies LevelName[];

/** One of {@linkcode LOG_LEVELS}. */
export type LogLevel = typeof LOG_LEVELS[number];

/** `json`: one object a line, for machines. `text`: coloured, for a person. */
export type LogFormat = "json" | "text";

/** How a log is opened. */
export interface LogOptions {
  /** The service's name. */
  readonly name: string;
  /** Events below this level are not written. */
  readonly level: LogLevel;
  /** How a line looks. */
  readonly format: LogFormat;
  /** Takes one finished line without its newline; standard output by default. */
  readonly write?: (line: string) => void;
}

/** A log that says nothing. */
export const silentLog: Log = {
  debugOn: false,
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  child: () => silentLog,
};

/** Opens a log on @std/log. */
export function openLog(options: LogOptions): Log {
  const write = options.write ?? writeLine;
  const handler = new LineHandler(options.level, write, FORMATTERS[options.format]);
  return new LoggerLog(new Logger(options.name, options.level, { handlers: [handler] }), {});
}

/** What can be said of something caught: its class, message and causes, for a log's field. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const own = `${error.name}: ${error.message}`;
  return error.cause === undefined ? own : `${own}; cause: ${describeError(error.cause)}`;
}

class LineHandler extends BaseHandler {
  readonly #write: (line: string) => void;

  constructor(
    level: LogLevel,
    write: (line: string) => void,
    formatter: (record: LogRecord) => string,
  ) {
    super(level, { formatter });
    this.#write = write;
  }

  override log(message: string): void {
    this.#write(message);
  }
}

class LoggerLog implements Log {
  readonly debugOn: boolean;
  readonly #logger: Logger;
  readonly #fields: LogFields;

  constructor(logger: Logger, fields: LogFields) {
    this.#logger = logger;
    this.#fields = fields;
    this.debugOn = logger.levelName === "DEBUG";
  }

  debug(event: string, fields?: LogFields): void {
    if (this.debugOn) this.#logger.debug(event, { ...this.#fields, ...fields });
  }

  info(event: string, fields?: LogFields): void {
    this.#logger.info(event, { ...this.#fields, ...fields });
  }

  warn(event: string, fields?: LogFields): void {
    this.#logger.warn(event, { ...this.#fields, ...fields });
  }

  error(event: string, fields?: LogFields): void {
    this.#logger.error(event, { ...this.#fields, ...fields });
  }

  child(fields: LogFields): Log {
    return new LoggerLog(this.#logger, { ...this.#fields, ...fields });
  }
}

const FORMATTERS: Readonly<Record<LogFormat, (record: LogRecord) => string>> = {
  json: formatJson,
  text: formatText,
};

function formatJson(record: LogRecord): string {
  const fields = fieldsOf(record);
  const own = {
    time: record.datetime.toISOString(),
    level: record.levelName,
    service: record.loggerName,
    event: record.msg,
  };
  // First for their place in the line, and last so that no field can pass for one of them.
  return JSON.stringify({ ...own, ...fields, ...own }, replaceUnserializable);
}

const LEVEL_COLOURS: Readonly<Record<string, string>> = {
  DEBUG: "\x1b[90m",
  INFO: "\x1b[36m",
  WARN: "\x1b[33m",
  ERROR: "\x1b[31m",
};
const DIM = "\x1b[2m";
const RESET = "\x1b[0m";

function formatText(record: LogRecord): string {
  const time = record.datetime.toISOString().slice(11, 23);
  const colour = LEVEL_COLOURS[record.levelName] ?? "";
  const level = record.levelName.padEnd(5);
  const fields = Object.entries(fieldsOf(record))
    .map(([key, value]) => ` ${DIM}${key}=${RESET}${textOf(value)}`)
    .join("");
  const service = record.loggerName.padEnd(13);
  return `${DIM}${time}${RESET} ${colour}${level}${RESET} ${service} ${record.msg}${fields}`;
}

function fieldsOf(record: LogRecord): Record<string, unknown> {
  const [fields] = record.args;
  return typeof fields === "object" && fields !== null ? { ...fields } : {};
}

function textOf(value: unknown): string {
  if (typeof value !== "string") return JSON.stringify(value, replaceUnserializable) ?? "undefined";
  // Quoted where it could be taken for two fields, or could move a terminal's cursor.
  return /^[\p{L}\p{N}_.:/@+-]+$/u.test(value) ? value : JSON.stringify(value);
}

function replaceUnserializable(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return value.toString();
  return value instanceof Error ? describeError(value) : value;
}

const encoder = new TextEncoder();

function writeLine(line: string): void {
  const bytes = encoder.encode(`${line}\n`);
  for (let written = 0; written < bytes.length;) {
    written += Deno.stdout.writeSync(bytes.subarray(written));
  }
}
