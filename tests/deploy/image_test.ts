/**
 * What is in an image is enough, and is needed. The executables themselves cannot be had everywhere: here
 * Deno runs the services' sources in the root folder that their executables would have.
 *
 * @module
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { findLibraries } from "../../deploy/image_root.ts";
import { findLowPort } from "../brokers/low_port.ts";
import { RabbitBroker, whyNoRabbitBroker } from "../brokers/rabbitmq_broker.ts";
import { brokerTest } from "../brokers/require_brokers.ts";
import { makeServerCertificate } from "../brokers/server_certificate.ts";
import { loginToken, PLAYER1 } from "../clients/auth_requests.ts";
import { GameClient } from "../clients/game_client.ts";
import { ImageFolder, whyNoImageFolder } from "./image_folder.ts";
import { LoggedProcess } from "./logged_process.ts";

const CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt";

const SERVICES = [
  { name: "auth", prefix: "AUTH", listens: "tcp" },
  { name: "game", prefix: "GAME", listens: "udp" },
  { name: "gateway", prefix: "GATEWAY", listens: "http" },
  { name: "matchmaker", prefix: "MATCHMAKER", listens: "http" },
  { name: "status-worker", prefix: "STATUS", listens: "http" },
] as const;

const whyNoRoot = await whyNoImageFolder();

imageTest(
  "An image holds an executable, the libraries without which it does not start, and three files",
  undefined,
  async () => {
    await using image = await ImageFolder.make();
    const libraries = await findLibraries(Deno.execPath());
    assertEquals(
      await image.list(),
      ["/data/", "/etc/nsswitch.conf", CERTIFICATES, "/service", ...libraries].toSorted(),
    );
    const starts = async (): Promise<boolean> => (await image.run(["--version"]).output()).success;
    assert(await starts());
    for (const library of libraries) {
      const path = `${image.path}${library}`;
      await Deno.rename(path, `${path}.away`);
      assertEquals(await starts(), false, library);
      await Deno.rename(`${path}.away`, path);
    }
  },
);

imageTest(
  "Every service runs on nothing but its image, over TLS by its certificates, and players get in",
  await whyNoRabbitBroker(),
  async () => {
    await using opened = new AsyncDisposableStack();
    const image = opened.use(await ImageFolder.make());
    await image.addSources();
    const env = { ...toFreePorts(), ...await startBroker(image, opened) };
    const addresses = new Map<string, Address>();
    const running: LoggedProcess[] = [];
    for (const { name, prefix, listens } of SERVICES) {
      const own = { ...env, [`${prefix}_OPS_PORT`]: String(findLowPort()) };
      const health = () => run(image.service(name, own, ["--health"]));
      assertEquals((await health()).code, 1, name);
      const service = opened.use(new LoggedProcess(image.service(name, own)));
      running.push(service);
      addresses.set(name, await service.address(name, listens));
      await service.event({ event: "listening", name: "ops" });
      const { code, text } = await health();
      assertEquals(code, 0, text);
    }
    await playThrough(addresses);
    for (const service of running) {
      service.interrupt();
      const { code, errorText } = await service.ended();
      assertEquals([code, errorText], [0, ""]);
    }
  },
);

/** Where a service listens. */
interface Address {
  readonly hostname: string;
  readonly port: number;
}

/** A test that is skipped where this machine does not let us change our root folder. */
function imageTest(name: string, whyNot: string | undefined, fn: () => Promise<void>): void {
  if (whyNoRoot === undefined) return brokerTest(name, whyNot === undefined, whyNot ?? "", fn);
  Deno.test({ name: `${name} (skipped: ${whyNoRoot})`, ignore: true, fn });
}

/** A login and a join with its token, and an answer from each of the others. */
async function playThrough(addresses: ReadonlyMap<string, Address>): Promise<void> {
  const at = (name: string): Address => addresses.get(name) ?? { hostname: "", port: 0 };
  const token = await loginToken(at("auth"), PLAYER1);
  const player = await GameClient.join(at("game"), { playerId: PLAYER1.username, token });
  await player.next("the first state");
  await player.leave();
  player.close();
  const ask = async (name: string, path: string, status = 200): Promise<string> => {
    const response = await fetch(`http://127.0.0.1:${at(name).port}${path}`);
    const text = await response.text();
    assertEquals(response.status, status, text);
    return text;
  };
  assertStringIncludes(await ask("gateway", "/openapi.json"), '"openapi"');
  assertStringIncludes(await ask("gateway", "/"), "<html");
  assertStringIncludes(await ask("status-worker", "/api/server/status"), '"server_status"');
  // It asks auth whose search that is.
  await ask("matchmaker", "/matchmaking/search/none", 401);
}

/** A RabbitMQ whose name and certificate only the image's files can explain. */
async function startBroker(
  image: ImageFolder,
  opened: AsyncDisposableStack,
): Promise<Record<string, string>> {
  const folder = await Deno.makeTempDir();
  opened.defer(() => Deno.remove(folder, { recursive: true }));
  const certificate = await makeServerCertificate(folder);
  const rabbit = await RabbitBroker.start({ certificate });
  opened.defer(() => rabbit.close());
  const { port } = rabbit.tlsConfig(certificate.caFile);
  // As containers get their file of hosts, and operators mount an authority of their own.
  await Deno.writeTextFile(`${image.path}/etc/hosts`, "127.0.0.1 localhost\n");
  await Deno.chmod(`${image.path}${CERTIFICATES}`, 0o644);
  await Deno.writeTextFile(
    `${image.path}${CERTIFICATES}`,
    await Deno.readTextFile(certificate.caFile),
    { append: true },
  );
  return { RABBITMQ_URL: `amqps://guest:guest@localhost:${port}/` };
}

function toFreePorts(): Record<string, string> {
  const names = ["AUTH_TCP", "GAME_UDP", "GAME_TCP", "GATEWAY_HTTP", "MATCHMAKER_HTTP"];
  const ports = [...names, "STATUS_HTTP"].map((name) => [`${name}_PORT`, "0"]);
  return { ...Object.fromEntries(ports), LISTEN_HOST: "127.0.0.1", AUTH_SEED_ACCOUNTS: "true" };
}

async function run(
  command: Deno.Command,
): Promise<{ readonly code: number; readonly text: string }> {
  const { code, stderr } = await command.output();
  return { code, text: new TextDecoder().decode(stderr) };
}
