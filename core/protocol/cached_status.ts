/** The key of the `KvStore` under which the status is cached, for everybody who serves it. */
export const STATUS_KEY = "server:status";

/** The key under which the same is kept for ever, for when the constants table cannot be read. */
export const LAST_STATUS_KEY = "server:status:last";
