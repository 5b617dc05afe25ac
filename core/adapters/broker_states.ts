import type { ServiceContext } from "../service.ts";

/** What is said of a broker: whether it can be reached, and why not. */
export type BrokerReport = (isUp: boolean, reason?: string) => void;

/** Keeps readiness and the metric `broker_up` true to what is said of each broker of a process. */
export class BrokerStates {
  readonly #context: ServiceContext;
  readonly #names: string[] = [];
  readonly #up = new Set<string>();

  /** Registers nothing yet: a process without brokers has no such metric. */
  constructor(context: ServiceContext) {
    this.#context = context;
  }

  /**
   * Adds a broker, which is down until it is said to be up.
   *
   * @param options `required`: whether the service is of no use without it
   */
  open(broker: string, options: { readonly required: boolean }): BrokerReport {
    const { health } = this.#context;
    if (this.#names.length === 0) this.#register();
    this.#names.push(broker);
    return (isUp, reason = "unreachable") => {
      if (isUp) {
        this.#up.add(broker);
        health.markUp(broker);
      } else {
        this.#up.delete(broker);
        health.markDown(broker, reason, options);
      }
    };
  }

  #register(): void {
    this.#context.metrics.gauges({
      name: "broker_up",
      help: "Whether a broker or database can be reached",
      label: "broker",
      values: this.#names,
    }, (broker) => this.#up.has(broker) ? 1 : 0);
  }
}
