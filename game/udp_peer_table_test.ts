import { assertEquals } from "@std/assert";
import { ManualClock } from "../core/manual_clock.ts";
import { AddressToken } from "../core/net/address_token.ts";
import { UdpPeer } from "./udp_peer.ts";
import { UdpPeerTable } from "./udp_peer_table.ts";

Deno.test("UdpPeerTable tells hosts that share a port apart, and ports of one host", () => {
  const table = new UdpPeerTable();
  const peers = [["10.0.0.1", 1], ["10.0.0.2", 1], ["10.0.0.1", 2]] as const;
  const made = peers.map(([hostname, port]) => openPeer(hostname, port));
  for (const peer of made) table.add(peer);
  assertEquals(made.map((peer) => table.find(peer)), made);
  assertEquals(table.find({ hostname: "10.0.0.2", port: 2 }), undefined);
  for (const peer of made) {
    table.remove(peer);
    assertEquals(table.find(peer), undefined);
  }
});

Deno.test("UdpPeerTable has one peer at an address, the latest, whoever is removed", () => {
  const table = new UdpPeerTable();
  const [first, second] = [openPeer("10.0.0.1", 1), openPeer("10.0.0.1", 1)];
  table.add(first);
  table.add(second);
  table.remove(first);
  assertEquals(table.find(first), second);
});

Deno.test("UdpPeer says when the first player comes and when the last has gone", () => {
  const said: boolean[] = [];
  const peer = openPeer("10.0.0.1", 1, (arePresent) => said.push(arePresent));
  peer.attach();
  peer.attach();
  peer.detach();
  assertEquals([said, peer.hasPlayers], [[true], true]);
  peer.detach();
  assertEquals([said, peer.hasPlayers], [[true, false], false]);
});

function openPeer(
  hostname: string,
  port: number,
  onPlayers: (arePresent: boolean) => void = () => {},
): UdpPeer {
  const addressToken = new AddressToken({
    secretLifetimeMs: 1_000,
    clock: new ManualClock(),
    randomBytes: (size) => new Uint8Array(size),
  });
  return new UdpPeer({ hostname, port }, {
    send: () => {},
    addressToken,
    onPlayers: (_peer, arePresent) => onPlayers(arePresent),
  });
}
