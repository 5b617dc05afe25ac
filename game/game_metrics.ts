// Long because it is one table of what a game server counts.
import { BINARY_DROPS, type BinaryDrop } from "./binary/binary_drops.ts";
import type { ConnectionMetrics } from "./binary/connection_metrics.ts";
import { WIRE_REFUSALS } from "./wire/wire_refusal.ts";
import type { Counter, Metrics } from "../core/metrics.ts";
import { TCP_DROP_REASONS, type TcpDropReason } from "../core/net/tcp_server.ts";
import { LEAVE_REASONS, type LeaveReason } from "./leave_reason.ts";
import type { TickLoopMetrics } from "./tick_loop.ts";

/** Why a datagram or line came to nothing. */
export const DROP_REASONS = [
  "too_large",
  "invalid_encoding",
  "empty",
  "invalid_json",
  "unknown_action",
  "player_id_missing",
  "invalid_field",
  "unknown_player",
  "foreign_address",
  "player_rate",
  "stranger_rate",
  "joins_in_flight",
  "send_failed",
  "send_queue_full",
  "receive_failed",
  "source_rate",
  "bad_tag",
  "inbound_full",
  "handler_failed",
] as const;

/** One of {@linkcode DROP_REASONS}. */
export type DropReason = typeof DROP_REASONS[number];

/** What becomes of a command that was taken from a queue. */
export const COMMAND_OUTCOMES = ["applied", "forwarded", "unknown_player", "moved_on"] as const;

/** One of {@linkcode COMMAND_OUTCOMES}; all but the first as the forwarder says. */
export type CommandOutcome = typeof COMMAND_OUTCOMES[number];

/** What a game server counts. */
export interface GameMetrics {
  /** UDP datagrams taken from the socket, whatever becomes of them. */
  readonly datagrams: Counter;
  /** Players who were given a tank; one who resumes is not counted again. */
  readonly joined: Counter;
  /** Players who left their matches, by why. */
  readonly left: Readonly<Record<LeaveReason, Counter>>;
  /** Datagrams and lines that came to nothing, or were refused with an error. */
  readonly drops: Readonly<Record<DropReason, Counter>>;
  /** TCP connections refused or cut off. */
  readonly tcpDrops: Readonly<Record<TcpDropReason, Counter>>;
  /** Client commands on the `broker` route that could not be published. */
  readonly commandsDropped: Counter;
  /** Commands taken from `player_commands` and from this server's own queue. */
  readonly commandsConsumed: Readonly<Record<CommandOutcome, Counter>>;
  /** Claims to players, for other servers to see, that could not be written or taken back. */
  readonly claimsFailed: Counter;
  /** What the tick loop reports. */
  readonly tick: TickLoopMetrics;
  /** Datagrams of the binary protocol that came to nothing, by reason. */
  readonly binaryDrops: Readonly<Record<BinaryDrop, Counter>>;
  /** Of the connections in the binary protocol: snapshots, inputs and messages. */
  readonly snapshots: ConnectionMetrics;
}

/** Values that are read when they are asked for. */
export interface GameGauges {
  /** Sessions that run or linger after their end. */
  readonly sessions: () => number;
  /** Tanks that the pool has handed out. */
  readonly tanks: () => number;
  /** Players in sessions. */
  readonly players: () => number;
  /** What the server does without for want of time: 0 nothing, 1 and 2 snapshots, 3 joins too. */
  readonly loadLevel: () => number;
  /** TCP connections that are open, or whose last line is still being handled. */
  readonly tcpConnections: () => number;
}

// Seconds. The budget of a tick is 16.7 to 100 ms: fine below it, coarse above.
const TICK_BUCKETS_S = [
  0.0005,
  0.001,
  0.002,
  0.004,
  0.008,
  0.0125,
  0.0167,
  0.025,
  0.0333,
  0.05,
  0.1,
  0.25,
  1,
];

// A full datagram is 1200 bytes.
const SNAPSHOT_BUCKETS_BYTES = [40, 60, 80, 100, 150, 200, 300, 500, 800, 1_200];
// Beyond 32 snapshots there is no baseline, which counts as 0.
const BASELINE_BUCKETS_TICKS = [0, 1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 64, 128, 255];

/** Registers the metrics, once a service; two keep the names that the seeds gave them. */
export function openGameMetrics(metrics: Metrics): GameMetrics {
  return {
    datagrams: metrics.counter({
      name: "total_datagrams_received_game",
      help: "UDP datagrams received",
    }),
    joined: metrics.counter({
      name: "total_players_joined_game",
      help: "Players who were given a tank",
    }),
    left: metrics.counters({
      name: "game_players_left_total",
      help: "Players who left their matches, by reason",
      label: "reason",
      values: LEAVE_REASONS,
    }),
    drops: metrics.counters({
      name: "game_drops_total",
      help: "Datagrams and lines that came to nothing, by reason",
      label: "reason",
      values: DROP_REASONS,
    }),
    tcpDrops: metrics.counters({
      name: "game_tcp_drops_total",
      help: "TCP connections refused or cut off, by reason",
      label: "reason",
      values: TCP_DROP_REASONS,
    }),
    commandsDropped: metrics.counter({
      name: "game_commands_dropped_total",
      help: "Client commands that the broker did not take",
    }),
    commandsConsumed: metrics.counters({
      name: "game_commands_consumed_total",
      help: "Commands taken from the queues of player commands, by outcome",
      label: "outcome",
      values: COMMAND_OUTCOMES,
    }),
    claimsFailed: metrics.counter({
      name: "game_player_claims_failed_total",
      help: "Claims to players that could not be written or taken back",
    }),
    binaryDrops: metrics.counters({
      name: "game_binary_drops_total",
      help: "Datagrams of the binary protocol that came to nothing, by reason",
      label: "reason",
      values: [...BINARY_DROPS, ...WIRE_REFUSALS],
    }),
    snapshots: {
      bytes: metrics.histogram({
        name: "game_snapshot_bytes",
        help: "Bytes of snapshots in the binary protocol, of one in 64",
      }, SNAPSHOT_BUCKETS_BYTES),
      baselineTicks: metrics.histogram({
        name: "game_snapshot_baseline_ticks",
        help: "Ticks between snapshots and their baselines, of one in 64; 0: full",
      }, BASELINE_BUCKETS_TICKS),
      inputsSkipped: metrics.counter({
        name: "game_inputs_skipped_total",
        help: "Inputs in the binary protocol that newer ones took the place of",
      }),
      inputsLate: metrics.counter({
        name: "game_inputs_late_total",
        help: "Ticks for which a player's input in the binary protocol was not there in time",
      }),
      messagesGivenUp: metrics.counter({
        name: "game_messages_given_up_total",
        help: "Messages in the binary protocol that were too long, or too many at once",
      }),
    },
    tick: {
      duration: metrics.histogram({
        name: "game_tick_duration_seconds",
        help: "Work of one tick over all matches",
      }, TICK_BUCKETS_S),
      lateness: metrics.histogram({
        name: "game_tick_lateness_seconds",
        help: "How late a part of a tick began",
      }, TICK_BUCKETS_S),
      lost: metrics.counter({
        name: "game_ticks_lost_total",
        help: "Ticks given up because the server was too far behind",
      }),
    },
  };
}

/** Registers the gauges, once a service; two keep the names that the seeds gave them. */
export function openGameGauges(metrics: Metrics, gauges: GameGauges): void {
  metrics.gauge({ name: "active_sessions_game", help: "Sessions that run" }, gauges.sessions);
  metrics.gauge({ name: "tanks_in_use_game", help: "Tanks taken from the pool" }, gauges.tanks);
  metrics.gauge(
    { name: "game_load_level", help: "What the server does without: 0 nothing .. 3 joins" },
    gauges.loadLevel,
  );
  metrics.gauge({ name: "game_players_count", help: "Players in sessions" }, gauges.players);
  metrics.gauge(
    { name: "game_tcp_connections_count", help: "Open TCP connections" },
    gauges.tcpConnections,
  );
}
