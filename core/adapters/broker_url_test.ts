import { assertEquals } from "@std/assert";
import { type BrokerUrlRules, describeHost, hideSecrets, parseBrokerUrl } from "./broker_url.ts";

const RULES: BrokerUrlRules = {
  scheme: "bus",
  tlsScheme: "buss",
  shape: "bus://host",
  defaultPort: 77,
  hostsMax: 3,
  integers: [{ name: "wait_ms", fallback: 5, min: 1, max: 100 }],
  texts: ["name"],
};

const HOSTS: readonly [url: string, hosts: string][] = [
  ["bus://a", "a:77"],
  ["bus://a:1", "a:1"],
  ["bus://a,b:2,c", "a:77 b:2 c:77"],
  ["bus://a,bus://b", "a:77 b:77"],
  ["buss://a,buss://b:9", "a:77 b:9"],
  ["bus://[::1],[fe80::2]:3", "[::1]:77 [fe80::2]:3"],
  ["bus://u:p@a,b/path?wait_ms=1", "a:77 b:77"],
];

Deno.test("parseBrokerUrl reads one host or several", () => {
  for (const [text, expected] of HOSTS) {
    const result = parseBrokerUrl(text, RULES);
    assertEquals(result.ok && result.url.hosts.map(describeHost).join(" "), expected, text);
  }
});

const USERS: readonly [url: string, username: string | undefined, password: string | undefined][] =
  [
    ["bus://a", undefined, undefined],
    ["bus://u@a", "u", undefined],
    ["bus://u:@a", "u", ""],
    ["bus://:p@a", "", "p"],
    ["bus://u%40x:p%2F%3A%3F@a", "u@x", "p/:?"],
    ["bus://u:p:q@a", "u", "p:q"],
    ["bus://u:p@q@a", "u", "p@q"],
  ];

Deno.test("parseBrokerUrl decodes user and password", () => {
  for (const [text, username, password] of USERS) {
    const result = parseBrokerUrl(text, RULES);
    assertEquals(result.ok && [result.url.username, result.url.password], [username, password]);
  }
});

Deno.test("parseBrokerUrl reads path, parameters and certificates", () => {
  const text = "buss://a/x%20y?wait_ms=100&name=n%26&cacertfile=/ca&certfile=c&keyfile=k";
  const result = parseBrokerUrl(text, RULES);
  if (!result.ok) throw new Error(result.rule);
  assertEquals(result.url.path, "x y");
  assertEquals(result.url.parameters.get("name"), "n&");
  assertEquals(result.url.tls, { caFile: "/ca", certFile: "c", keyFile: "k" });
});

const BAD: readonly [url: string, rule: string][] = [
  ["a:77", "must be bus://host"],
  ["http://u:secret@a", "must be bus://host"],
  ["bus://", "hosts"],
  ["bus://a,", "hosts"],
  ["bus://a,b,c,d", "must name 1..3 hosts"],
  ["bus://a:0", "ports within 1..65535"],
  ["bus://a:65536", "ports within 1..65535"],
  ["bus://a b", "hosts"],
  ["bus://[x]", "hosts"],
  ["bus://u:secret%E0@a", "% escapes"],
  ["bus://a/%", "% escapes"],
  ["bus://a?secret=1", "no parameter but wait_ms, name, cacertfile"],
  ["bus://a?name=1&name=2", "each once"],
  ["bus://a?wait_ms=0", "wait_ms within 1..100"],
  ["bus://a?wait_ms=1.5", "wait_ms within 1..100"],
  ["bus://a?cacertfile=x", "must be buss://"],
  ["buss://a?certfile=x", "both certfile and keyfile"],
];

Deno.test("parseBrokerUrl refuses what it cannot read, and shows no secret", () => {
  for (const [text, rule] of BAD) {
    const result = parseBrokerUrl(text, RULES);
    if (result.ok) throw new Error(`accepted ${text}`);
    assertEquals(result.rule.includes(rule), true, `${text}: ${result.rule}`);
    assertEquals(result.shown.includes("secret"), false, result.shown);
  }
});

Deno.test("hideSecrets leaves the host", () => {
  const cases: readonly [text: string, shown: string][] = [
    ["a b", "a b"],
    ["bus://[::1]:1/db", "bus://[::1]:1/db"],
    ["bus://u:p@a:1/db?name=x", "bus://***@a:1/db"],
    ["u:p@a", "***@a"],
    ["bus://u:p?/#q@a", "bus://***@a"],
    ["bus://u:p@q\nr@a,bus://u:p@b", "bus://***@b"],
    ["bus://a/db#password=x", "bus://a/db"],
    ["bus://a/db?password=x@y", "bus://***"],
    ["host=a password=x", "host"],
  ];
  for (const [text, shown] of cases) assertEquals(hideSecrets(text), shown);
});
