/** @typedef {import("./ops_message.js").Overview} Overview */
/** @typedef {import("./ops_message.js").ServerRow} ServerRow */
/** @typedef {import("./ops_message.js").Ailment} Ailment */
/** @typedef {import("./ops_language.js").OpsTextKey} OpsTextKey */
/** @typedef {"bad" | "warn" | "note"} Severity */
/**
 * Something that is not as it should be. `owner` names a service in the texts' words; without `sinceMs`
 * nobody but the page knows since when.
 *
 * @typedef {Readonly<{
 *   id: string, severity: Severity, key: OpsTextKey, values: Readonly<Record<string, string | number>>,
 *   owner?: string, sinceMs?: number, serverId?: string,
 * }>} Problem
 */

/** A gateway that has just started has heard nobody yet: servers speak every 5 s. */
const LISTENING_MS_MIN = 6_000;
/** What of a tick's time may be used before somebody should look. */
const TICK_SHARE_WARN = 0.75;
const TICK_RATE_DEFAULT = 30;
/** Events that wait on disk for less are on their way. */
const OUTBOX_AGE_WARN_S = 30;
/** Above it a server takes nobody. */
const LOAD_REFUSES = 3;
/** @type {Readonly<Record<Severity, number>>} */
const RANKS = { bad: 0, warn: 1, note: 2 };

/**
 * What is wrong, the worst first and of those the oldest.
 *
 * @param {Overview} overview
 * @returns {Problem[]}
 */
export function findProblems(overview) {
  const { services, servers, regions, now_ms: nowMs, listening_ms: listeningMs } = overview;
  /** @type {Problem[]} */
  const problems = [];
  const isAnyThere = servers.some(({ state }) => state === "up" || state === "draining");
  if (!isAnyThere && listeningMs > LISTENING_MS_MIN) {
    problems.push({ id: "no_servers", severity: "bad", key: "problem_no_servers", values: {} });
  }
  for (const { region, servers: alive, draining, lost } of regions) {
    // Where everything has ended as it was told to, nobody misses it.
    if (alive > draining || alive + lost === 0) continue;
    const values = { region };
    problems.push({ id: `region:${region}`, severity: "bad", key: "problem_region_shut", values });
  }
  for (const service of services) problems.push(...ofService(service));
  for (const server of servers) problems.push(...problemsOf(server));
  const known = new Set();
  return problems.filter(({ id }) => !known.has(id) && known.add(id))
    .sort((a, b) =>
      RANKS[a.severity] - RANKS[b.severity] || (a.sinceMs ?? nowMs) - (b.sinceMs ?? nowMs)
    );
}

/**
 * What is wrong with one server.
 *
 * @param {ServerRow} server
 * @returns {Problem[]}
 */
export function problemsOf(server) {
  const { server_id: serverId, state, since_ms: sinceMs } = server;
  const values = { server: serverId };
  /** @type {(key: OpsTextKey, severity: Severity, more?: object) => Problem} */
  const make = (key, severity, more = {}) => ({
    id: `${key}:${serverId}`,
    severity,
    key,
    values,
    serverId,
    ...more,
  });
  if (state === "lost") return [make("problem_server_lost", "bad", { sinceMs })];
  if (state === "gone") return [make("problem_gone", "note", { sinceMs })];
  const problems = state === "draining" ? [make("problem_draining", "note", { sinceMs })] : [];
  if (server.answers === false) problems.push(make("problem_server_silent", "bad"));
  const { figures = {}, tick_rate: tickRate = TICK_RATE_DEFAULT } = server;
  const budget = 1_000 / tickRate;
  const tick = { values: { ...values, p99: server.tick_p99_ms, budget: budget.toFixed(1) } };
  if (server.tick_p99_ms > budget) problems.push(make("problem_tick_over", "bad", tick));
  else if (server.tick_p99_ms > budget * TICK_SHARE_WARN) {
    problems.push(make("problem_tick_near", "warn", tick));
  }
  const level = figures.game_load_level ?? 0;
  if (level >= LOAD_REFUSES) problems.push(make("problem_refuses_joins", "bad"));
  else if (level > 0) problems.push(make("problem_sheds_load", "warn"));
  if (state === "up" && server.matches >= server.matches_max) {
    const full = { values: { ...values, matches: server.matches } };
    problems.push(make("problem_full", "warn", full));
  }
  problems.push(...ofParts(serverId, server, serverId));
  return problems;
}

/**
 * @param {import("./ops_message.js").ServiceRow} row
 * @returns {Problem[]}
 */
function ofService(row) {
  const { service: owner } = row;
  if (row.reachable) return ofParts(owner, row.about);
  const { failure, since_ms: sinceMs } = row;
  return [{
    id: `unreachable:${owner}`,
    severity: "bad",
    key: "problem_service_unreachable",
    values: { failure },
    owner,
    sinceMs,
  }];
}

/**
 * What is wrong with the parts that a service or server works with.
 *
 * @param {string} owner
 * @param {{ down?: readonly Ailment[], figures?: Readonly<Record<string, number>> }} about
 * @param {string} [serverId]
 * @returns {Problem[]}
 */
function ofParts(owner, { down = [], figures = {} }, serverId) {
  const of = { owner, ...(serverId !== undefined && { serverId }) };
  // That it drains or starts is said by its state; that no server is there, by the table of servers.
  const parts = down.filter(({ part }) => part !== "service" && part !== "game_servers");
  /** @type {Problem[]} */
  const problems = parts.map(({ part, reason, since_ms: sinceMs }) => ({
    id: `part:${owner}:${part}`,
    severity: "warn",
    key: "problem_part_down",
    values: { part, reason },
    sinceMs,
    ...of,
  }));
  const { outbox_events_count: count = 0, outbox_oldest_age_seconds: ageS = 0 } = figures;
  if (count > 0 && ageS > OUTBOX_AGE_WARN_S) {
    problems.push({
      id: `outbox:${owner}`,
      severity: "warn",
      key: "problem_outbox",
      values: { count },
      ...of,
    });
  }
  return problems;
}
