import { Health } from "../../core/health.ts";
import type { Log, LogFields } from "../../core/log.ts";
import { Metrics, type ValueHistogram } from "../../core/metrics.ts";
import type { ServiceContext } from "../../core/service.ts";
import type { SimulatedProcess } from "./simulated_process.ts";

/** Nobody looks at how values are spread. */
class QuietMetrics extends Metrics {
  constructor() {
    super({ process: false });
  }

  override histogram(): ValueHistogram {
    return { observe: () => {} };
  }
}

/** What the service of a process is given besides its ports; what it logs goes to `note`, while it lives. */
export function openNodeContext(
  process: SimulatedProcess,
  note: (event: string, fields: LogFields) => void,
): ServiceContext {
  const write = (level: string) => (event: string, fields?: LogFields): void => {
    if (process.isAlive) note(event, { level, ...fields });
  };
  const log: Log = {
    debugOn: false,
    debug: () => {},
    info: write("info"),
    warn: write("warn"),
    error: write("error"),
    child: () => log,
  };
  return { clock: process.clock, log, metrics: new QuietMetrics(), health: new Health() };
}
