import type { LineSocket } from "./line_driver.ts";

/** What is needed of a connection that was accepted. */
export type TcpSocket = LineSocket & Pick<Deno.Conn, "remoteAddr">;

/** What is needed of a listener: a `Deno.Listener`, or one that stands for it. */
export interface TcpListener {
  /** What it listens on. */
  readonly addr: Deno.Addr;
  /** The next connection. @throws Error when there is none, or it is closed */
  accept(): Promise<TcpSocket>;
  /** Accepts no more. */
  close(): void;
}
