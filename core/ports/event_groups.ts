import type { GroupMember } from "./event_group.ts";

/** The members of consumer groups in this process. Of each group one is active; the others wait. */
export class EventGroups<Member extends Pick<GroupMember<never>, "start" | "wake" | "close">> {
  /** The members by topic, then by group, the active one first. */
  readonly #groups = new Map<string, Map<string, Member[]>>();
  #closing = false;

  /** Adds a member, which starts once it is the group's first. */
  join(topic: string, group: string, member: Member): void {
    const groups = this.#groups.get(topic) ?? new Map<string, Member[]>();
    this.#groups.set(topic, groups);
    const members = groups.get(group) ?? [];
    groups.set(group, members);
    members.push(member);
    if (members.length === 1) member.start();
  }

  /** Takes out a member that has ended; where it was the active one the next goes on. */
  leave(topic: string, group: string, member: Member): void {
    const groups = this.#groups.get(topic);
    const members = groups?.get(group) ?? [];
    const wasActive = members[0] === member;
    members.splice(members.indexOf(member), 1);
    if (members.length === 0) groups?.delete(group);
    if (wasActive && !this.#closing) members[0]?.start();
  }

  /** There may be new events in a topic. */
  wake(topic: string): void {
    for (const members of this.#groups.get(topic)?.values() ?? []) members[0]?.wake();
  }

  /** Ends every member; no other takes its place. */
  async close(): Promise<void> {
    this.#closing = true;
    const members = [...this.#groups.values()].flatMap((groups) => [...groups.values()].flat());
    await Promise.all(members.map((member) => member.close()));
  }
}
