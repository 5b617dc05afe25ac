import { type JsonObject, type JsonValue, tryJsonObject, tryParseJson } from "../../core/json.ts";
import { OpenApiCheck } from "./openapi_check.ts";

/** A gateway's reply. */
export interface GatewayReply {
  /** The HTTP status. */
  readonly status: number;
  /** The headers. */
  readonly headers: Headers;
  /** The body where it is a JSON object, else an empty one. */
  readonly body: JsonObject;
  /** Of an error. */
  readonly code: JsonValue | undefined;
}

/** What a request has besides its path. */
export interface GatewayRequest {
  /** An access token. */
  readonly token?: string;
  /** Sent as JSON. */
  readonly body?: JsonValue;
  /** More headers. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A client over HTTP that holds each reply against what the gateway says of itself. */
export class GatewayClient {
  /** Without a slash at its end. */
  readonly url: string;
  /** Holds replies against the description. */
  readonly check: OpenApiCheck;

  private constructor(url: string, check: OpenApiCheck) {
    this.url = url;
    this.check = check;
  }

  /** Reads the gateway's description; `port` on loopback. */
  static async open(port: number): Promise<GatewayClient> {
    const url = `http://127.0.0.1:${port}`;
    const response = await fetch(`${url}/openapi.json`);
    return new GatewayClient(url, new OpenApiCheck(await response.json()));
  }

  /** Asks, such as `GET /rooms/ABCDEF`. @throws AssertionError where the reply is not described */
  async ask(key: string, request: GatewayRequest = {}): Promise<GatewayReply> {
    const [method = "", path = ""] = key.split(" ");
    const { token, body: sent, headers: more } = request;
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(sent !== undefined && { "content-type": "application/json" }),
        ...more,
      },
      ...(sent !== undefined && { body: JSON.stringify(sent) }),
    });
    const { status, headers } = response;
    const text = await response.text();
    const received = tryParseJson(text);
    const mediaType = headers.get("content-type")?.split(";")[0];
    this.check.check({ method, path, sent, status, mediaType, received });
    const body = tryJsonObject(received) ?? {};
    return { status, headers, body, code: tryJsonObject(body.error)?.code };
  }
}
