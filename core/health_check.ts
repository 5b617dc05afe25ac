/** Where an ops server listens, and how long it may take to answer. */
export interface HealthCheckOptions {
  /** As configured: where that is every address, loopback is asked. */
  readonly hostname: string;
  /** Never 0. */
  readonly port: number;
  /** Milliseconds. */
  readonly deadlineMs: number;
}

/** Whether a service is ready, and what it said. */
export interface HealthCheckResult {
  /** Whether to send it work. */
  readonly ready: boolean;
  /** Its answer, or why there was none. */
  readonly text: string;
}

const ANSWER_LENGTH_MAX = 4_096;

/** Asks a service's `/readyz`. Never rejects: one that cannot be reached is not ready. */
export async function checkHealth(options: HealthCheckOptions): Promise<HealthCheckResult> {
  const url = `http://${toReachable(options.hostname)}:${options.port}/readyz`;
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(options.deadlineMs) });
    const text = await response.text();
    return { ready: response.ok, text: text.slice(0, ANSWER_LENGTH_MAX).trim() };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { ready: false, text: `Cannot ask ${url}: ${reason}` };
  }
}

function toReachable(hostname: string): string {
  if (hostname === "0.0.0.0") return "127.0.0.1";
  if (hostname === "::") return "[::1]";
  return hostname.includes(":") ? `[${hostname}]` : hostname;
}
