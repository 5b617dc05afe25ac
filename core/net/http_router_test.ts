import { assert, assertEquals, assertThrows } from "@std/assert";
import { HttpRouter, type RouteKey } from "./http_router.ts";

const ROUTES: readonly RouteKey[] = [
  { method: "GET", path: "/" },
  { method: "GET", path: "/rooms/:code" },
  { method: "DELETE", path: "/rooms/:code" },
  { method: "GET", path: "/rooms/open" },
  { method: "POST", path: "/rooms" },
  { method: "POST", path: "/rooms/:code/players/:player" },
  { method: "GET", path: "/:any/open" },
];

function find(method: string, pathname: string): string {
  const match = new HttpRouter(ROUTES).find(method, pathname);
  switch (match.kind) {
    case "found":
      return [match.route.path, ...Object.entries(match.params).flat()].join(" ");
    case "method_not_allowed":
      return `405 ${match.path} ${match.allowed.join(",")}`;
    case "not_found":
      return "404";
  }
}

Deno.test("HttpRouter finds routes by method and path", () => {
  const cases: readonly [method: string, pathname: string, found: string][] = [
    ["GET", "/", "/"],
    ["HEAD", "/", "/"],
    ["GET", "/rooms/ABC", "/rooms/:code code ABC"],
    ["DELETE", "/rooms/ABC", "/rooms/:code code ABC"],
    ["HEAD", "/rooms/ABC", "/rooms/:code code ABC"],
    ["GET", "/rooms/open", "/rooms/open"],
    ["POST", "/rooms/A/players/B", "/rooms/:code/players/:player code A player B"],
    ["GET", "/rooms/a%20b%2Fc", "/rooms/:code code a b/c"],
    ["GET", "/rooms/%D1%82", "/rooms/:code code т"],
    ["GET", "/other/open", "/:any/open any other"],
    ["POST", "/", "405 / GET,HEAD"],
    ["HEAD", "/rooms", "405 /rooms POST"],
    ["PATCH", "/rooms/ABC", "405 /rooms/:code DELETE,GET,HEAD"],
    ["GET", "", "404"],
    ["GET", "//", "404"],
    ["GET", "/rooms/", "404"],
    ["GET", "/rooms/ABC/", "404"],
    ["GET", "/rooms/%", "404"],
    ["GET", "/rooms/%ff", "404"],
    ["GET", "/ROOMS/open/x", "404"],
    ["GET", "/rooms/:code/players", "404"],
  ];
  for (const [method, pathname, found] of cases) {
    assertEquals(find(method, pathname), found, `${method} ${pathname}`);
  }
});

Deno.test("HttpRouter's parameters have no prototype to be reached", () => {
  const match = new HttpRouter([{ method: "GET", path: "/:name" }]).find("GET", "/constructor");
  assert(match.kind === "found");
  assertEquals(match.params["name"], "constructor");
  assertEquals(match.params["toString"], undefined);
});

Deno.test("HttpRouter refuses routes that are the same or no path", () => {
  const routes = [{ method: "GET", path: "/a/:b" }, { method: "GET", path: "/a/:b" }];
  assertThrows(() => new HttpRouter(routes), TypeError, "is routed already");
  assertThrows(
    () => new HttpRouter([{ method: "GET", path: "a" }]),
    TypeError,
    "must start with /",
  );
});
