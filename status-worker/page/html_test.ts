import { assertEquals } from "@std/assert";
import { html } from "./html.ts";

Deno.test("html escapes text wherever it is put, and nothing that is HTML already", () => {
  const evil = `<script>"&'`;
  assertEquals(
    html`<b title="${evil}">${evil}</b>${html`<i>${1}</i>`}`.markup,
    `<b title="&lt;script&gt;&quot;&amp;&#39;">&lt;script&gt;&quot;&amp;&#39;</b><i>1</i>`,
  );
  assertEquals(html`<p>${undefined}${[html`a`, html`<b>`]}</p>`.markup, "<p>a<b></p>");
});

Deno.test("html leaves out the indentation between tags and keeps the space between words", () => {
  const text = html`
    <p
      class="${"x"}"
      id="y">one
      two ${"three"} <b>four</b>
    </p>
    ${html`<i>five</i>`}
    <hr>
  `;
  assertEquals(
    text.markup,
    '<p class="x" id="y">one two three <b>four</b></p><i>five</i><hr>',
  );
});

Deno.test("html leaves white space in values as it is", () => {
  assertEquals(html`<p>${"a\n  b"}</p>`.markup, "<p>a\n  b</p>");
});
