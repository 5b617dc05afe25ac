import { assertEquals, assertStringIncludes } from "@std/assert";
import { systemClock } from "../clock.ts";
import { type Log, silentLog } from "../log.ts";
import { HEADER_TAG } from "./datagram_header.ts";
import { findLibc } from "./libc_path.ts";
import { SharedRing } from "./shared_ring.ts";
import type { ChosenUdpBackend } from "./udp_choice.ts";
import { allocateUdpMemory } from "./udp_memory.ts";
import { startUdpThread } from "./udp_thread.ts";

const libcPath = findLibc();
const BACKENDS: readonly ChosenUdpBackend[] = [
  { name: "datagram" },
  ...libcPath === undefined ? [] : [{ name: "mmsg", libcPath } as const],
];

// What happens on its sockets is proven in tests/contract/udp_backend_contract.ts.

for (const backend of BACKENDS) {
  Deno.test(`UdpThread (${backend.name}) that dies says so once, and frees its port`, async () => {
    const memory = allocateUdpMemory({
      datagramBytesMax: 100,
      inboundSlots: 16,
      outboundSlots: 16,
      batch: 64,
    });
    const died = Promise.withResolvers<Error>();
    const logged: string[] = [];
    const log: Log = { ...silentLog, error: (event) => void logged.push(event) };
    const thread = await startUdpThread({
      memory,
      backend,
      hostname: "127.0.0.1",
      port: 0,
      datagramBytesMax: 100,
      sourceRate: { perSecond: 1, burst: 1 },
      onFault: died.resolve,
      log,
      clock: systemClock,
    });
    // A command that nobody can have given: a fault of ours.
    const control = new SharedRing(memory.control);
    control.headers[HEADER_TAG] = 99;
    control.tryReserve();
    control.commit();
    thread.wake();
    const error = await died.promise;
    assertStringIncludes(error.message, "its kind is 99");
    assertEquals(logged, ["udp_thread_died"]);
    Deno.listenDatagram({ transport: "udp", ...thread.address }).close();
    await thread.close();
  });
}
