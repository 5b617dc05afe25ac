import { assertEquals } from "@std/assert";
import { tryParsePassword } from "./accounts.ts";
import { isCommonPassword } from "./common_passwords.ts";

Deno.test("Common passwords are known in whatever case and width they are written", () => {
  for (
    const password of [
      "password",
      "PassWord1",
      "12345678",
      "ＰＡＳＳＷＯＲＤ",
      "1q2w3e4r",
      "йцукенгш",
    ]
  ) {
    assertEquals(tryParsePassword(password), password);
    assertEquals(isCommonPassword(password), true, password);
  }
});

Deno.test("Common passwords are few: others count", () => {
  for (const password of ["new_password", "password-1", "correct horse battery", "tank-battle-3"]) {
    assertEquals(isCommonPassword(password), false, password);
  }
});
