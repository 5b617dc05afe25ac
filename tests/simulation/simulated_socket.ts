/** The server's end of a WebSocket, as Deno's looks to a service; who connects it says where frames go. */
export class SimulatedSocket {
  /** As the DOM has it: 1 is open, 3 is closed. */
  readyState: number = WebSocket.OPEN;
  /** The client takes everything at once. */
  readonly bufferedAmount = 0;
  /** Set by the service. */
  onmessage: ((event: MessageEvent<unknown>) => void) | null = null;
  /** Set by the service. */
  onerror: ((event: Event) => void) | null = null;
  /** Set by the service. */
  onclose: ((event: Event) => void) | null = null;
  #onFrame: (text: string) => void = () => {};
  #onEnd: (code: number) => void = () => {};

  /** Takes what the service sends, and its goodbye. */
  connect(client: { onFrame(text: string): void; onEnd(code: number): void }): void {
    this.#onFrame = (text) => client.onFrame(text);
    this.#onEnd = (code) => client.onEnd(code);
  }

  /** The service sends a frame. */
  send(text: string): void {
    if (this.readyState === WebSocket.OPEN) this.#onFrame(text);
  }

  /** The service says goodbye. */
  close(code: number): void {
    if (this.readyState !== WebSocket.OPEN) return;
    this.#onEnd(code);
    this.receiveEnd();
  }

  /** A frame of the client's has come. */
  receive(text: string): void {
    if (this.readyState !== WebSocket.OPEN) return;
    this.onmessage?.(new MessageEvent("message", { data: text }));
  }

  /** The connection is gone. */
  receiveEnd(): void {
    if (this.readyState === WebSocket.CLOSED) return;
    this.readyState = WebSocket.CLOSED;
    queueMicrotask(() => this.onclose?.(new Event("close")));
  }
}
