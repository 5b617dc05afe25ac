import { trace } from "@opentelemetry/api";

/**
 * Says in the span of the request in hand what route it took, as OpenTelemetry names it: Deno's own span
 * knows the path, of which there are as many as rooms and searches. Does nothing where the process does
 * not trace, which it does only with `OTEL_DENO=true`.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/http/http-spans/
 */
export function nameRequestSpan(method: string, route: string): void {
  trace.getActiveSpan()?.setAttribute("http.route", route).updateName(`${method} ${route}`);
}
