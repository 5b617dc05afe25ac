/** A path with its method, such as `GET /rooms/:code`; a `:name` stands for one segment. */
export interface RouteKey {
  /** In capitals. */
  readonly method: string;
  /** Starts with `/`. */
  readonly path: string;
}

/** What a router finds. */
export type RouteMatch<Route> =
  | {
    readonly kind: "found";
    readonly route: Route;
    /** Decoded, by name. */
    readonly params: Readonly<Record<string, string>>;
  }
  | {
    readonly kind: "method_not_allowed";
    readonly path: string;
    /** The methods that the path has, `HEAD` for `GET` included. */
    readonly allowed: readonly string[];
  }
  | { readonly kind: "not_found" };

interface PathNode<Route> {
  readonly path: string;
  readonly segments: readonly string[];
  readonly byMethod: Map<string, Route>;
}

const NO_PARAMS: Readonly<Record<string, string>> = Object.freeze({});

/**
 * Finds the route of a request. A path without parameters goes before one with; among those with
 * parameters the one given first does.
 */
export class HttpRouter<Route extends RouteKey> {
  readonly #exact = new Map<string, PathNode<Route>>();
  readonly #withParams: PathNode<Route>[] = [];

  /**
   * Takes every route there will be.
   *
   * @throws TypeError where a path is given twice for one method or does not start with `/`
   */
  constructor(routes: readonly Route[]) {
    for (const route of routes) this.#add(route);
  }

  /** Finds by method, in capitals, and the path of a URL, not yet decoded. */
  find(method: string, pathname: string): RouteMatch<Route> {
    const exact = this.#exact.get(pathname);
    if (exact !== undefined) return matchMethod(exact, method, NO_PARAMS);
    const segments = pathname.split("/");
    for (const node of this.#withParams) {
      const params = tryMatchSegments(node.segments, segments);
      if (params !== undefined) return matchMethod(node, method, params);
    }
    return { kind: "not_found" };
  }

  #add(route: Route): void {
    const { method, path } = route;
    if (!path.startsWith("/")) throw new TypeError(`Cannot route ${path}: must start with /`);
    let node = this.#exact.get(path) ?? this.#withParams.find((other) => other.path === path);
    if (node === undefined) {
      node = { path, segments: path.split("/"), byMethod: new Map() };
      if (path.includes("/:")) this.#withParams.push(node);
      else this.#exact.set(path, node);
    }
    if (node.byMethod.has(method)) {
      throw new TypeError(`Cannot route ${method} ${path}: is routed already`);
    }
    node.byMethod.set(method, route);
  }
}

function matchMethod<Route extends RouteKey>(
  node: PathNode<Route>,
  method: string,
  params: Readonly<Record<string, string>>,
): RouteMatch<Route> {
  const route = node.byMethod.get(method) ??
    (method === "HEAD" ? node.byMethod.get("GET") : undefined);
  if (route !== undefined) return { kind: "found", route, params };
  const allowed = new Set(node.byMethod.keys());
  if (allowed.has("GET")) allowed.add("HEAD");
  return { kind: "method_not_allowed", path: node.path, allowed: [...allowed].sort() };
}

function tryMatchSegments(
  pattern: readonly string[],
  segments: readonly string[],
): Record<string, string> | undefined {
  if (pattern.length !== segments.length) return undefined;
  const params: Record<string, string> = Object.create(null);
  for (const [index, expected] of pattern.entries()) {
    const segment = segments[index] ?? "";
    if (!expected.startsWith(":")) {
      if (expected !== segment) return undefined;
      continue;
    }
    const value = tryDecodeSegment(segment);
    if (value === undefined || value === "") return undefined;
    params[expected.slice(1)] = value;
  }
  return params;
}

function tryDecodeSegment(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    // Throws nothing but URIError, for a malformed escape: no such path.
    return undefined;
  }
}
