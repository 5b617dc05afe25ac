/** Below Linux's ephemeral ports, so that no connection takes a port while its server is away. */
const PORT_MIN = 10_000;
const PORT_COUNT = 10_000;
const PORT_ATTEMPTS_MAX = 100;

/** A port of the loopback interface that nobody listens on, for a server that will be killed and come back. */
export function findLowPort(): number {
  for (let attempt = 1;; attempt++) {
    try {
      const port = PORT_MIN + Math.floor(Math.random() * PORT_COUNT);
      using listener = Deno.listen({ hostname: "127.0.0.1", port });
      return listener.addr.port;
    } catch (error) {
      if (attempt >= PORT_ATTEMPTS_MAX) throw error;
    }
  }
}
