/** Every level and its number; a handler takes a record whose number is not below its own. */
export const LogLevels = {
  NOTSET: 0,
  DEBUG: 10,
  INFO: 20,
  WARN: 30,
  ERROR: 40,
  CRITICAL: 50,
} as const;

/** The name of a level. */
export type LevelName = keyof typeof LogLevels;

/** The number of a level. */
export type LogLevel = typeof LogLevels[LevelName];

const NAMES_BY_LEVEL: ReadonlyMap<number, LevelName> = new Map([
  [LogLevels.NOTSET, "NOTSET"],
  [LogLevels.DEBUG, "DEBUG"],
  [LogLevels.INFO, "INFO"],
  [LogLevels.WARN, "WARN"],
  [LogLevels.ERROR, "ERROR"],
  [LogLevels.CRITICAL, "CRITICAL"],
]);

/**
 * The number of a level.
 *
 * @throws Error where there is no level of that name
 */
export function getLevelByName(name: LevelName): LogLevel {
  // The name may come from a configuration, whatever its type says.
  if (Object.hasOwn(LogLevels, name)) return LogLevels[name];
  throw new Error(`Cannot get log level: no log level is named "${name}"`);
}

/**
 * The name of a level.
 *
 * @throws Error where there is no level of that number
 */
export function getLevelName(level: LogLevel): LevelName {
  const name = NAMES_BY_LEVEL.get(level);
  if (name !== undefined) return name;
  throw new Error(`Cannot get log level: no log level has number ${level}`);
}
