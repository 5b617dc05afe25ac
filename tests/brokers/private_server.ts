import type { ServerCertificate } from "./server_certificate.ts";
import { ServerProcess, type ServerProcessOptions } from "./server_process.ts";

/** How a server of a test's own differs from one that lets everybody do everything. */
export interface BrokerOptions {
  /** It takes nobody without TLS. */
  readonly certificate?: ServerCertificate;
  /** It takes clients' certificates of the same authority only. */
  readonly verifiesClients?: boolean;
  /** More of its command line, such as `--user`. */
  readonly args?: readonly string[];
}

/** What a {@linkcode PrivateServer} is. */
export interface PrivateServerOptions extends ServerProcessOptions {
  /** Where it listens. */
  readonly port: number;
  /** Where it keeps what it keeps, removed with it; undefined: nowhere. */
  readonly folder: string | undefined;
}

/** A server of a test's own, which can be killed and started again at its port with what it kept. */
export class PrivateServer {
  /** Where it listens. */
  readonly port: number;
  readonly #options: PrivateServerOptions;
  #process: ServerProcess | undefined;

  /** Starts nothing yet. */
  constructor(options: PrivateServerOptions) {
    this.port = options.port;
    this.#options = options;
  }

  /** Starts it for the first time. @throws Error where it does not start; nothing is left of it then */
  async startFirst(): Promise<this> {
    try {
      await this.startAgain();
      return this;
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /** Kills it with all its children, as a crash would. */
  async kill(): Promise<void> {
    await this.#process?.kill();
    this.#process = undefined;
  }

  /** Starts it again, after {@linkcode kill}, and waits until it can be used. */
  async startAgain(): Promise<void> {
    this.#process = await ServerProcess.start(this.#options);
  }

  /** Stops it where it is: it accepts and never answers. */
  async freeze(): Promise<void> {
    await this.#process?.freeze();
  }

  /** It goes on. */
  async thaw(): Promise<void> {
    await this.#process?.thaw();
  }

  /** Ends it and removes what it kept. */
  async close(): Promise<void> {
    await this.kill();
    const { folder } = this.#options;
    if (folder !== undefined) await Deno.remove(folder, { recursive: true });
  }
}
