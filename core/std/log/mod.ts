/**
 * Stands in for `jsr:@std/log` where JSR cannot be reached: the part of its API that the server uses,
 * under the same names and with the same behaviour. Add nothing that the original lacks.
 *
 * @module
 */
export { BaseHandler, type BaseHandlerOptions, type FormatterFunction } from "./base_handler.ts";
export {
  getLevelByName,
  getLevelName,
  type LevelName,
  type LogLevel,
  LogLevels,
} from "./levels.ts";
export { type GenericFunction, Logger, type LoggerOptions } from "./logger.ts";
export { LogRecord, type LogRecordOptions } from "./log_record.ts";
