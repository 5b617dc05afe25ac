import type { ClusterBrokers } from "./cluster_brokers.ts";
import { ClusterMember, type ClusterMemberOptions, type MemberKind } from "./cluster_member.ts";

/** How many of each there are, and how they are set. */
export interface ClusterOptions {
  /** What stands behind all of them. */
  readonly brokers: Pick<ClusterBrokers, "env">;
  /** How many of each service but game servers. */
  readonly counts: Readonly<Record<Exclude<MemberKind, "game">, number>>;
  /** The region of each game server. */
  readonly regions: readonly string[];
  /** Settings of all of them beside their names and addresses. */
  readonly env: Readonly<Record<string, string>>;
  /** Settings of one of them, by its name, such as its own ways to the brokers. */
  readonly envOf?: (serverId: string) => Readonly<Record<string, string>>;
  /** Where one of them writes, by its name; undefined: in a folder among the others'. */
  readonly dataDirOf?: (serverId: string) => string | undefined;
  /** What to run for auth in place of its `main.ts`. */
  readonly authScript?: string;
}

/** Everything that players need, each as a process of its own on brokers that are nobody else's. */
export class Cluster {
  readonly #members: readonly ClusterMember[];
  readonly #folder: string;

  private constructor(members: readonly ClusterMember[], folder: string) {
    this.#members = members;
    this.#folder = folder;
  }

  /** Starts all of it. @throws Error where one does not start; nothing is left then */
  static async start(options: ClusterOptions): Promise<Cluster> {
    const folder = await Deno.makeTempDir({ prefix: "tanks-cluster-" });
    const cluster = new Cluster(membersOf(options, folder), folder);
    try {
      // The schema first, and then at most two at once: each takes a core to start.
      for (const kind of ["auth", "matchmaker", "game", "gateway", "status-worker"] as const) {
        const [first, ...others] = cluster.members(kind);
        await first?.startAgain();
        await Promise.all(others.map((member) => member.startAgain()));
      }
      return cluster;
    } catch (error) {
      await cluster.close();
      throw error;
    }
  }

  /** Its processes, of one kind or all, in the order of their numbers. */
  members(kind?: MemberKind): readonly ClusterMember[] {
    return this.#members.filter((member) => kind === undefined || member.kind === kind);
  }

  /** Where clients reach what runs of a kind. */
  addresses(kind: MemberKind, name: string): ReturnType<ClusterMember["address"]>[] {
    return this.members(kind).map((member) => member.address(name));
  }

  /** The one of this name. @throws Error where there is none */
  member(serverId: string): ClusterMember {
    const member = this.#members.find((one) => one.serverId === serverId);
    if (member === undefined) throw new Error(`Cannot find ${serverId} in the cluster`);
    return member;
  }

  /** Asks everything that runs to end, and gives the exit code of each by name. */
  async stop(): Promise<ReadonlyMap<string, number>> {
    const stopped = this.#members.toReversed().map(async (member) =>
      [member.serverId, await member.stop()] as const
    );
    return new Map(await Promise.all(stopped));
  }

  /** Ends all of it at once, and removes what it kept. */
  async close(): Promise<void> {
    await Promise.all(this.#members.map((member) => member.kill()));
    await Deno.remove(this.#folder, { recursive: true });
  }
}

function membersOf(options: ClusterOptions, folder: string): ClusterMember[] {
  const { brokers, counts, regions, authScript, envOf, dataDirOf } = options;
  const make = (
    kind: MemberKind,
    serverId: string,
    about: Pick<ClusterMemberOptions, "script"> & { readonly env?: Record<string, string> } = {},
  ): ClusterMember =>
    new ClusterMember({
      ...about,
      kind,
      serverId,
      dataDir: dataDirOf?.(serverId) ?? `${folder}/${serverId}`,
      env: { ...brokers.env, ...options.env, ...about.env, ...envOf?.(serverId) },
    });
  const many = (kind: Exclude<MemberKind, "game">, about = {}): ClusterMember[] =>
    Array.from({ length: counts[kind] }, (_, index) => make(kind, `${kind}-${index + 1}`, about));
  return [
    ...many("auth", authScript === undefined ? {} : { script: authScript }),
    ...many("matchmaker"),
    ...regions.map((region, index) =>
      make("game", `game-${index + 1}`, {
        env: { GAME_REGION: region, GAME_CITY: region, GAME_PUBLIC_HOST: "127.0.0.1" },
      })
    ),
    ...many("gateway"),
    ...many("status-worker"),
  ];
}
