import type { World } from "../simulation/world.ts";

/** What a bot looks at of a match: a world, or what somebody who is sent snapshots makes of them. */
export type BotView = Pick<World, "tick" | "tickRate" | "arena" | "tuning" | "tanks" | "tankAt">;
