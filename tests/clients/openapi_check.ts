import { assert, assertEquals } from "@std/assert";
import { Ajv2020, type ValidateFunction } from "ajv/2020";
import { type JsonObject, type JsonValue, tryJsonObject } from "../../core/json.ts";

/** A request and what came back. */
export interface Exchange {
  /** In capitals. */
  readonly method: string;
  /** As it was asked for, without a query. */
  readonly path: string;
  /** The body that was sent; undefined: none. */
  readonly sent: JsonValue | undefined;
  /** The status that came back. */
  readonly status: number;
  /** The media type that came back, without parameters; undefined: no body. */
  readonly mediaType: string | undefined;
  /** The JSON that came back. */
  readonly received: JsonValue | undefined;
}

const ROOT = "openapi";

/**
 * Holds exchanges against an OpenAPI description: path, method, status, media type and both bodies have to be in
 * it. What it does not name must not come either, so that it is whole.
 */
export class OpenApiCheck {
  readonly #ajv = new Ajv2020({ strict: false, allErrors: true });
  readonly #paths: JsonObject;
  readonly #seen = new Set<string>();
  /** By the schema's text: to compile one takes a hundred times as long as to use it. */
  readonly #compiled = new Map<string, ValidateFunction>();

  /** Reads the description. @throws Error where a schema in it is none */
  constructor(description: JsonObject) {
    assertEquals(description.openapi, "3.1.0");
    this.#ajv.addSchema({ $id: ROOT, components: closeObjects(description.components ?? null) });
    this.#paths = tryJsonObject(description.paths) ?? {};
  }

  /** Replies that have come, such as `POST /rooms 201`. */
  get seen(): ReadonlySet<string> {
    return this.#seen;
  }

  /** Every reply that the description has below 400. */
  get successes(): string[] {
    return Object.entries(this.#paths).flatMap(([path, item]) =>
      Object.entries(tryJsonObject(item) ?? {}).flatMap(([method, operation]) => {
        const statuses = Object.keys(tryJsonObject(tryJsonObject(operation)?.responses) ?? {});
        const good = statuses.filter((status) => Number(status) < 400);
        return good.map((status) => `${method.toUpperCase()} ${path} ${status}`);
      })
    );
  }

  /** @throws AssertionError where the description does not have it */
  check({ method, path, sent, status, mediaType, received }: Exchange): void {
    const template = this.#templateOf(path);
    const what = `${method} ${template} ${status}`;
    const item = tryJsonObject(this.#paths[template]);
    const operation = tryJsonObject(item?.[method.toLowerCase()]);
    const response = tryJsonObject(tryJsonObject(operation?.responses)?.[String(status)]);
    assert(response !== undefined, `${what} is not described: ${JSON.stringify(received)}`);
    this.#seen.add(what);
    const content = tryJsonObject(response.content);
    const media = mediaType === undefined ? undefined : tryJsonObject(content?.[mediaType]);
    assertEquals(mediaType, content && Object.keys(content)[0], what);
    if (media?.schema !== undefined) this.#validate(media.schema, received, what);
    // Of a request that was refused the body need not be one.
    if (status >= 400) return;
    const request = tryJsonObject(operation?.requestBody);
    const schema = tryJsonObject(tryJsonObject(request?.content)?.["application/json"])?.schema;
    if (sent === undefined) assert(request?.required !== true, `${what} needs no body`);
    else if (schema !== undefined) this.#validate(schema, sent, `body of ${what}`);
  }

  #templateOf(path: string): string {
    const segments = path.split("/");
    const template = Object.keys(this.#paths).find((candidate) => {
      const parts = candidate.split("/");
      return parts.length === segments.length &&
        parts.every((part, index) => part.startsWith("{") || part === segments[index]);
    });
    assert(template !== undefined, `${path} is not described`);
    return template;
  }

  #validate(schema: JsonValue, value: JsonValue | undefined, what: string): void {
    const text = JSON.stringify(schema).replaceAll('"#/components', `"${ROOT}#/components`);
    const validate = this.#compiled.get(text) ?? this.#ajv.compile(JSON.parse(text));
    this.#compiled.set(text, validate);
    const isValid = validate(value);
    assert(isValid, `${what}: ${JSON.stringify(validate.errors)} in ${JSON.stringify(value)}`);
  }
}

/** The schema, with objects that have no other fields than those that it names. */
function closeObjects(schema: JsonValue): JsonValue {
  if (Array.isArray(schema)) return schema.map(closeObjects);
  const fields = tryJsonObject(schema);
  if (fields === undefined) return schema;
  const closed = Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, closeObjects(value ?? null)]),
  );
  const isOpen = fields.type !== undefined && fields.properties !== undefined &&
    fields.additionalProperties === undefined;
  return isOpen ? { ...closed, additionalProperties: false } : closed;
}
