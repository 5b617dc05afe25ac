import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { CHEAP_SCRYPT } from "./auth_fixture.ts";
import {
  decoyHash,
  hashPassword,
  needsRehash,
  SCRYPT_PARAMETERS,
  verifyPassword,
} from "./password_hash.ts";

const SALT = "AAAAAAAAAAAAAAAAAAAAAA";
const HASH = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

Deno.test("Password hash verifies its password and no other", async () => {
  const phc = await hashPassword("password123", CHEAP_SCRYPT);
  assert(await verifyPassword("password123", phc));
  for (const other of ["password124", "", "Password123", "password123 "]) {
    assert(!await verifyPassword(other, phc), other);
  }
});

Deno.test("Password hash is the same for one password typed on two keyboards", async () => {
  const phc = await hashPassword("Jos\u00e9\u00a0secret", CHEAP_SCRYPT);
  assert(await verifyPassword("Jose\u0301 secret", phc));
});

Deno.test("Password hash is the scrypt of RFC 7914", async () => {
  // Section 12: "pleaseletmein", "SodiumChloride", N = 16384, r = 8, p = 1, 64 bytes.
  const phc = "$scrypt$ln=14,r=8,p=1$U29kaXVtQ2hsb3JpZGU$" +
    "cCO9yzr9c0hGHAbNgf046/2o+7qQT44+qbVD9lRdofLVQylVYT8Pz2LUlwUkKpr55h6F3A1lHkDfzwF7RVdYhw";
  assert(await verifyPassword("pleaseletmein", phc));
  assert(!await verifyPassword("pleaseletmeout", phc));
});

Deno.test("Password hash has a new salt each time and keeps its parameters", async () => {
  const [first, second] = await Promise.all([
    hashPassword("password123", CHEAP_SCRYPT),
    hashPassword("password123", CHEAP_SCRYPT),
  ]);
  assert(first !== second);
  assertMatch(first, /^\$scrypt\$ln=4,r=1,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
});

Deno.test("Password hash of production costs what the design says", async () => {
  const phc = await hashPassword("password123", SCRYPT_PARAMETERS);
  assert(phc.startsWith("$scrypt$ln=14,r=8,p=5$"));
  assert(await verifyPassword("password123", phc));
});

Deno.test("Password hash is outdated when any parameter differs", () => {
  const phc = decoyHash(CHEAP_SCRYPT);
  assertEquals(needsRehash(phc, CHEAP_SCRYPT), false);
  assertEquals(needsRehash(phc, { ...CHEAP_SCRYPT, costLog2: 5 }), true);
  assertEquals(needsRehash(phc, { ...CHEAP_SCRYPT, blockSize: 2 }), true);
  assertEquals(needsRehash(phc, { ...CHEAP_SCRYPT, parallelization: 2 }), true);
  assertEquals(needsRehash(`$scrypt$ln=4,r=1,p=1$AAAAAAAAAAA$${HASH}`, CHEAP_SCRYPT), true);
});

Deno.test("Decoy hash matches no password", async () => {
  assert(!await verifyPassword("", decoyHash(CHEAP_SCRYPT)));
});

Deno.test("Stored hash that is none of ours is not computed", async (t) => {
  const cases = [
    "",
    "password123",
    `$argon2id$ln=4,r=1,p=1$${SALT}$${HASH}`,
    `$scrypt$ln=4,r=1$${SALT}$${HASH}`,
    `$scrypt$ln=4,r=1,p=1$${SALT}`,
    `$scrypt$ln=4,r=1,p=1$$${HASH}`,
    `$scrypt$ln=4,r=1,p=1$${SALT}$`,
    `$scrypt$ln=4,r=1,p=1$${SALT}$${HASH}=`,
    `$scrypt$ln=4,r=1,p=1$${SALT}$${"A".repeat(100_000)}`,
    `$scrypt$ln=0,r=1,p=1$${SALT}$${HASH}`,
    `$scrypt$ln=-4,r=1,p=1$${SALT}$${HASH}`,
    `$scrypt$ln=4.5,r=1,p=1$${SALT}$${HASH}`,
    `$scrypt$ln=4,r=0,p=1$${SALT}$${HASH}`,
    // 128 MiB at little work, then a gigabyte, then hours.
    `$scrypt$ln=17,r=8,p=1$${SALT}$${HASH}`,
    `$scrypt$ln=20,r=8,p=1$${SALT}$${HASH}`,
    `$scrypt$ln=99,r=999,p=999$${SALT}$${HASH}`,
    `$scrypt$ln=14,r=8,p=999$${SALT}$${HASH}`,
    `$scrypt$ln=14,r=999,p=1$${SALT}$${HASH}`,
    // A base64 text may not be this long.
    `$scrypt$ln=4,r=1,p=1$${SALT.slice(1)}AAA$${HASH}AA`,
  ];
  for (const phc of cases) {
    await t.step(phc.slice(0, 60), async () => {
      assertThrows(() => needsRehash(phc, CHEAP_SCRYPT), Error, "Cannot read password hash");
      await assertRejects(() => verifyPassword("x", phc), Error, "Cannot read password hash");
    });
  }
});
