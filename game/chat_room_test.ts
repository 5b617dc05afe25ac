import { assertEquals } from "@std/assert";
import { type ChatMember, ChatRoom } from "./chat_room.ts";

Deno.test("ChatRoom tells the others who comes and goes, and everybody what is said", () => {
  const room = new ChatRoom();
  const ann = openMember("ann");
  const bob = openMember("bob");
  room.join(ann);
  room.join(bob);
  room.say("bob", "hi");
  assertEquals(room.usernames, ["ann", "bob"]);
  room.leave(bob);
  assertEquals(ann.lines, [
    "SERVER: Player bob joined the room.",
    "bob: hi",
    "SERVER: Player bob left the room.",
  ]);
  assertEquals(bob.lines, ["bob: hi"]);
});

Deno.test("ChatRoom lets a second connection take the first's place without a word", () => {
  const room = new ChatRoom();
  const witness = openMember("witness");
  const first = openMember("ann");
  const second = openMember("ann");
  for (const member of [witness, first, second]) room.join(member);
  assertEquals([first.displaced, second.displaced], [1, 0]);
  room.leave(first);
  assertEquals(room.usernames, ["witness", "ann"]);
  assertEquals(witness.lines, ["SERVER: Player ann joined the room."]);
});

function openMember(username: string): ChatMember & { lines: string[]; displaced: number } {
  return {
    username,
    lines: [],
    displaced: 0,
    send(line): void {
      this.lines.push(line);
    },
    displace(): void {
      this.displaced++;
    },
  };
}
