import type { Health } from "../health.ts";

/**
 * What becomes of a service whose event log has lost its thread: it is not ready any more, and the fault is
 * reported as an error that nobody handled, which ends the service in order. Its supervisor starts it
 * again, on the file that the thread had: it cannot be known here what state that thread left behind.
 */
export function endAtFault(health: Health): (error: Error) => void {
  return (error) => {
    health.markDown("event_log_worker", error.message, { required: true });
    reportError(error);
  };
}
