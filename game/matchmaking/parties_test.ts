import { assertEquals } from "@std/assert";
import { Parties, type PartyClaim } from "./parties.ts";

const claim = (...members: string[]): PartyClaim => ({ partyId: "p", mode: "team", members });

Deno.test("A party is complete when every member has named the same members", () => {
  const parties = new Parties();
  const accept = (accountId: string, what: PartyClaim): string[] | undefined =>
    parties.accept(what, { accountId, searchId: `s-${accountId}` });
  assertEquals(accept("a", claim("a", "b")), undefined);
  // Naming somebody is not enough, nor is naming others than they do.
  assertEquals(accept("b", claim("b", "c")), undefined);
  assertEquals(accept("b", { ...claim("b", "a"), partyId: "q" }), undefined);
  assertEquals(accept("b", { ...claim("b", "a"), mode: "ffa" }), undefined);
  assertEquals(parties.acceptedOf(claim("b", "a")), 1);
  assertEquals(accept("b", claim("b", "a")), ["s-a", "s-b"]);
  assertEquals([parties.acceptedOf(claim("a", "b")), parties.count], [0, 3]);
});

Deno.test("A member who takes their word back is waited for again", () => {
  const parties = new Parties();
  parties.accept(claim("a", "b"), { accountId: "a", searchId: "s1" });
  parties.leave(claim("b", "a"), "a");
  assertEquals(parties.count, 0);
  assertEquals(parties.accept(claim("a", "b"), { accountId: "b", searchId: "s2" }), undefined);
  assertEquals(parties.accept(claim("a", "b"), { accountId: "a", searchId: "s3" }), ["s2", "s3"]);
});

Deno.test("Who is alone is a complete party", () => {
  const parties = new Parties();
  assertEquals(parties.accept(claim("a"), { accountId: "a", searchId: "s" }), ["s"]);
  assertEquals(parties.count, 0);
});
