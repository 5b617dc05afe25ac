import { assertRejects } from "@std/assert";
import { ServiceProcess } from "./service_process.ts";

Deno.test("ServiceProcess gives up on what does not listen in the time that it is given", async () => {
  const starting = ServiceProcess.start({
    script: "status-worker/main.ts",
    awaited: ["status-worker http"],
    startMsMax: 1,
  });
  await assertRejects(() => starting, Error, "does not listen in time");
});
