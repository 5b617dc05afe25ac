import type { Player } from "./player.ts";
import type { PlayerLink } from "./player_link.ts";
import type { JoinRefusal } from "./wire/json_reply.ts";

/** Who wants to play, and where. */
export interface JoinRequest {
  /** The name by which messages speak of the player. */
  readonly playerId: string;
  /** The account that a token proved; undefined is a guest. */
  readonly accountId: string | undefined;
  /** The login that the token is of. */
  readonly authSessionId?: string | undefined;
  /** The match to join; undefined: any that is open. */
  readonly matchId: string | undefined;
  /** The mode to play; undefined: the default. Of no account where a match is named. */
  readonly mode: string | undefined;
  /** The way to the client. */
  readonly link: PlayerLink;
  /** Whether the client has shown the resume token of the player who is there under this name. */
  readonly resumes?: boolean;
  /** Whether the client knows nothing of its tank yet: inputs and states are counted anew. */
  readonly beginsAnew?: boolean;
  /** Whether it has to be that match: who has a seat in another, and does not come, keeps it and is refused. */
  readonly matchOnly?: boolean;
}

/** What became of a join. */
export type JoinResult =
  | { readonly kind: "joined"; readonly player: Player }
  | { readonly kind: "resumed"; readonly player: Player }
  | { readonly kind: "refused"; readonly refusal: JoinRefusal };

/** A join that came to nothing. */
export function refused(refusal: JoinRefusal): JoinResult {
  return { kind: "refused", refusal };
}
