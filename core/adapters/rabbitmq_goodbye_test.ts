import { FakeChannel } from "../../tests/brokers/rabbitmq_fake.ts";
import { sayGoodbye } from "./rabbitmq_goodbye.ts";

Deno.test("sayGoodbye resolves whether the broker answers, is lost meanwhile, or was", async () => {
  await sayGoodbye(new FakeChannel());
  const deaf = new FakeChannel();
  deaf.isDeaf = true;
  const said = sayGoodbye(deaf);
  deaf.end();
  await said;
  await sayGoodbye(deaf);
});
