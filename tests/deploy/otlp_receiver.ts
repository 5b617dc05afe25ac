import { type JsonObject, tryJsonObject } from "../../core/json.ts";
import { objectAt, objectsAt, parseJsonObject, textAt } from "../clients/json_fields.ts";

/** A span as it was exported. */
export interface ReceivedSpan {
  /** Its name. */
  readonly name: string;
  /** The service that made it. */
  readonly service: string;
  /** Its attributes that are texts. */
  readonly attributes: ReadonlyMap<string, string>;
}

/** Takes what OpenTelemetry exports as JSON over HTTP, as a collector does. */
export class OtlpReceiver implements AsyncDisposable {
  /** Where it listens. */
  readonly url: string;
  /** The spans that came. */
  readonly spans: ReceivedSpan[] = [];
  /** The names of the metrics that came. */
  readonly metrics = new Set<string>();
  /** The log records that came, as texts. */
  readonly logs: string[] = [];
  /** What came in another way than it should. */
  readonly problems: string[] = [];
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  /** Listens on a free port. */
  constructor() {
    const options = { hostname: "127.0.0.1", port: 0, onListen: (): void => {} };
    this.#server = Deno.serve(options, (request) => this.#take(request));
    this.url = `http://127.0.0.1:${this.#server.addr.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }

  async #take(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    const body = parseJsonObject(await request.text());
    switch (pathname) {
      case "/v1/traces":
        this.spans.push(...objectsAt(body, "resourceSpans").flatMap(spansOf));
        break;
      case "/v1/metrics":
        for (const name of objectsAt(body, "resourceMetrics").flatMap(metricsOf)) {
          this.metrics.add(name);
        }
        break;
      case "/v1/logs":
        this.logs.push(...objectsAt(body, "resourceLogs").map((logs) => JSON.stringify(logs)));
        break;
      default:
        this.problems.push(`${request.method} ${pathname}`);
    }
    return Response.json({});
  }
}

function spansOf(resourceSpans: JsonObject): ReceivedSpan[] {
  const service = attributesOf(objectAt(resourceSpans, "resource")).get("service.name") ?? "";
  return objectsAt(resourceSpans, "scopeSpans").flatMap((scope) =>
    objectsAt(scope, "spans").map((span) => ({
      name: textAt(span, "name"),
      service,
      attributes: attributesOf(span),
    }))
  );
}

function metricsOf(resourceMetrics: JsonObject): string[] {
  return objectsAt(resourceMetrics, "scopeMetrics").flatMap((scope) =>
    objectsAt(scope, "metrics").map((metric) => textAt(metric, "name"))
  );
}

function attributesOf(owner: JsonObject): Map<string, string> {
  return new Map(
    objectsAt(owner, "attributes").flatMap((attribute) => {
      const text = tryJsonObject(attribute.value)?.stringValue;
      return typeof text === "string" ? [[textAt(attribute, "key"), text] as const] : [];
    }),
  );
}
