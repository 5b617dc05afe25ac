/** Has every service listen where the system finds room, so that tests do not meet one another. */
export const FREE_PORTS: Readonly<Record<string, string>> = {
  AUTH_TCP_PORT: "0",
  AUTH_OPS_PORT: "0",
  GAME_UDP_PORT: "0",
  GAME_TCP_PORT: "0",
  GAME_OPS_PORT: "0",
  GATEWAY_HTTP_PORT: "0",
  GATEWAY_OPS_PORT: "0",
  MATCHMAKER_HTTP_PORT: "0",
  MATCHMAKER_OPS_PORT: "0",
  STATUS_HTTP_PORT: "0",
  STATUS_OPS_PORT: "0",
};
