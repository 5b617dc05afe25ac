import type { TlsFiles } from "./tls_options.ts";
import { type IntegerParameter, tryIntegerOf } from "./url_integer.ts";

/** Where one server of a broker listens. */
export interface BrokerHost {
  /** A name or an address, an IPv6 one without brackets. */
  readonly hostname: string;
  /** 1 to 65 535. */
  readonly port: number;
}

/** What a broker's URL may hold. */
export interface BrokerUrlRules {
  /** The scheme of a plain connection, without its colon. */
  readonly scheme: string;
  /** The scheme that asks for TLS. */
  readonly tlsScheme: string;
  /** How a URL looks, for the message that refuses another. */
  readonly shape: string;
  /** Where none is named. */
  readonly defaultPort: number;
  /** Servers that it may name, separated by commas. */
  readonly hostsMax: number;
  /** Whole numbers among its parameters. */
  readonly integers: readonly IntegerParameter[];
  /** Other parameters, beside those of TLS. */
  readonly texts: readonly string[];
}

/** A URL that keeps the rules. */
export interface BrokerUrl {
  /** At least one. */
  readonly hosts: readonly [BrokerHost, ...BrokerHost[]];
  /** Decoded; undefined where it has none. */
  readonly username: string | undefined;
  /** Decoded; undefined where it has none. */
  readonly password: string | undefined;
  /** Decoded, without its first slash. */
  readonly path: string;
  /** Undefined: not encrypted. */
  readonly tls: TlsFiles | undefined;
  /** Known names, each once, with numbers in their range. */
  readonly parameters: URLSearchParams;
}

/** A URL that was read, or the rule that it breaks and what of it may be shown. */
export type BrokerUrlResult =
  | { readonly ok: true; readonly url: BrokerUrl }
  | { readonly ok: false; readonly rule: string; readonly shown: string };

const TLS_FILES = ["cacertfile", "certfile", "keyfile"];

// new URL() knows one host a URL, and forgets what it takes for a scheme's own port.
const PARTS = /^([a-z]+):\/\/(?:([^/?#]*)@)?([^/?#@]*)(?:\/([^?#]*))?(?:\?([^#]*))?$/;
const SHOWN = /^([a-z]+:\/\/)?(?:(.*)@)?([^?#=]*)/is;
const HOST = /^(?:\[([0-9a-f:.]{2,45})\]|([a-z0-9_.-]{1,253}))(?::(\d{1,5}))?$/i;

/**
 * Reads `scheme://user:password@host:port,host:port/path?…`; a further host may repeat the scheme. For
 * TLS there are the parameters `cacertfile`, `certfile` and `keyfile`.
 */
export function parseBrokerUrl(text: string, rules: BrokerUrlRules): BrokerUrlResult {
  const refuse = (rule: string): BrokerUrlResult => ({ ok: false, rule, shown: hideSecrets(text) });
  const listed = text.replaceAll(`,${rules.scheme}://`, ",").replaceAll(
    `,${rules.tlsScheme}://`,
    ",",
  );
  const [, scheme, user, hostList = "", path = "", query = ""] = PARTS.exec(listed) ?? [];
  const isTls = scheme === rules.tlsScheme;
  if (!isTls && scheme !== rules.scheme) return refuse(`must be ${rules.shape}`);
  const [first, ...others] = hostList.split(",").map((host) => tryParseHost(host, rules));
  const known = others.filter((host) => host !== undefined);
  if (first === undefined || known.length < others.length || others.length >= rules.hostsMax) {
    return refuse(describeHosts(rules.hostsMax));
  }
  const [username, password] = splitUser(user).map(tryDecode);
  const decodedPath = tryDecode(path);
  if (username === null || password === null || typeof decodedPath !== "string") {
    return refuse("must have its % escapes right");
  }
  const parameters = new URLSearchParams(query);
  const broken = brokenParameterRule(parameters, rules, isTls);
  if (broken !== undefined) return refuse(broken);
  const url: BrokerUrl = {
    hosts: [first, ...known],
    username,
    password,
    path: decodedPath,
    tls: isTls ? tlsOf(parameters) : undefined,
    parameters,
  };
  return { ok: true, url };
}

/** `host:port`, an IPv6 address in brackets. */
export function describeHost({ hostname, port }: BrokerHost): string {
  return hostname.includes(":") ? `[${hostname}]:${port}` : `${hostname}:${port}`;
}

/** A URL, or what was meant for one, without what may be user and password, and without its parameters. */
export function hideSecrets(text: string): string {
  const [, scheme = "", user, rest = ""] = SHOWN.exec(text) ?? [];
  if (user === undefined) return scheme + rest;
  // The @ may be a parameter's, and what follows it a part of a password.
  return user.includes("=") ? `${scheme}***` : `${scheme}***@${rest}`;
}

function tryParseHost(text: string, rules: BrokerUrlRules): BrokerHost | undefined {
  const match = HOST.exec(text);
  const hostname = match?.[1] ?? match?.[2];
  const port = Number(match?.[3] ?? rules.defaultPort);
  return hostname !== undefined && port >= 1 && port <= 65_535 ? { hostname, port } : undefined;
}

function describeHosts(hostsMax: number): string {
  return hostsMax === 1
    ? "must name a host, and a port within 1..65535 if any"
    : `must name 1..${hostsMax} hosts, separated by commas, with ports within 1..65535 if any`;
}

function splitUser(user: string | undefined): (string | undefined)[] {
  if (user === undefined) return [undefined, undefined];
  const colon = user.indexOf(":");
  return colon < 0 ? [user, undefined] : [user.slice(0, colon), user.slice(colon + 1)];
}

function brokenParameterRule(
  parameters: URLSearchParams,
  { integers, texts, tlsScheme }: BrokerUrlRules,
  isTls: boolean,
): string | undefined {
  const known = [...integers.map(({ name }) => name), ...texts, ...TLS_FILES];
  const names = [...parameters.keys()];
  if (names.some((name) => !known.includes(name)) || new Set(names).size < names.length) {
    return `must have no parameter but ${known.join(", ")}, each once`;
  }
  if (!isTls && TLS_FILES.some((name) => parameters.has(name))) {
    return `must be ${tlsScheme}:// where it has certificates`;
  }
  if (parameters.has("certfile") !== parameters.has("keyfile")) {
    return "must have both certfile and keyfile, or neither";
  }
  const rule = integers.find((rule) => tryIntegerOf(parameters, rule) === undefined);
  return rule && `must have ${rule.name} within ${rule.min}..${rule.max}`;
}

function tlsOf(parameters: URLSearchParams): TlsFiles {
  const [caFile, certFile, keyFile] = TLS_FILES.map((name) => parameters.get(name) ?? undefined);
  return { caFile, certFile, keyFile };
}

/** Null where an escape is wrong. */
function tryDecode(text: string | undefined): string | undefined | null {
  try {
    return text === undefined ? undefined : decodeURIComponent(text);
  } catch {
    // decodeURIComponent throws nothing but URIError, and the caller answers for that.
    return null;
  }
}
