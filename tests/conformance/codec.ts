/**
 * Our own codec behind the door through which any other is tested: a request a line on standard input,
 * an answer a line on standard output. `{"id":…,…request}` gives `{"id":…,"response":…}`.
 */
import { tryJsonObject } from "../../core/json.ts";
import { answer } from "./answer.ts";

const requests = (await new Response(Deno.stdin.readable).text()).split("\n");
const answers = requests.filter((line) => line !== "").map((line) => {
  const request = tryJsonObject(JSON.parse(line)) ?? {};
  return `${JSON.stringify({ id: request.id, response: answer(request) })}\n`;
});
await new Blob(answers).stream().pipeTo(Deno.stdout.writable);
