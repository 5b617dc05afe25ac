/** Somebody in the room. */
export interface ChatMember {
  /** Names the member in the room; must stay the same for as long as the member is in it. */
  readonly username: string;
  /** Sends one line. */
  send(line: string): void;
  /** Somebody else has come in under this name: the member is out. */
  displace(): void;
}

/** The room of everybody who came by TCP: who is there, and what is said. */
export class ChatRoom {
  readonly #members = new Map<string, ChatMember>();

  /** Lets somebody in and tells the others, or takes the place of whoever has that name. */
  join(member: ChatMember): void {
    const displaced = this.#members.get(member.username);
    if (displaced === undefined) {
      this.#broadcast(`SERVER: Player ${member.username} joined the room.`);
    }
    this.#members.set(member.username, member);
    displaced?.displace();
  }

  /** Takes somebody out and tells the others; does nothing where another has the name now. */
  leave(member: ChatMember): void {
    if (this.#members.get(member.username) !== member) return;
    this.#members.delete(member.username);
    this.#broadcast(`SERVER: Player ${member.username} left the room.`);
  }

  /** Tells everybody, the speaker too. */
  say(username: string, text: string): void {
    this.#broadcast(`${username}: ${text}`);
  }

  /** Everybody's names, in the order in which they came. */
  get usernames(): readonly string[] {
    return [...this.#members.keys()];
  }

  #broadcast(line: string): void {
    for (const member of this.#members.values()) member.send(line);
  }
}
