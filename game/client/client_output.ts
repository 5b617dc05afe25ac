import type { ClientEvent } from "./client_event.ts";

/** Datagrams that wait to be sent, at most; beyond it the oldest are lost, as datagrams are. */
export const DATAGRAMS_WAITING_MAX = 256;

/** Events that wait to be taken, at most; beyond it the oldest are given up. */
export const EVENTS_WAITING_MAX = 1_024;

/** What a client hands out: what is to be sent, and what has happened. */
export class ClientOutput {
  #datagrams: Uint8Array[] = [];
  #events: ClientEvent[] = [];

  /** Has a datagram sent. */
  send(datagram: Uint8Array): void {
    this.#datagrams.push(datagram);
    if (this.#datagrams.length > DATAGRAMS_WAITING_MAX) this.#datagrams.shift();
  }

  /** Tells something. */
  emit(event: ClientEvent): void {
    this.#events.push(event);
    if (this.#events.length > EVENTS_WAITING_MAX) this.#events.shift();
  }

  /** What is to be sent, oldest first; handed out once. */
  takeDatagrams(): Uint8Array[] {
    if (this.#datagrams.length === 0) return this.#datagrams;
    const datagrams = this.#datagrams;
    this.#datagrams = [];
    return datagrams;
  }

  /** What has happened, oldest first; handed out once. */
  takeEvents(): ClientEvent[] {
    if (this.#events.length === 0) return this.#events;
    const events = this.#events;
    this.#events = [];
    return events;
  }

  /** What waits to be sent is not sent. */
  discardDatagrams(): void {
    this.#datagrams = [];
  }
}
