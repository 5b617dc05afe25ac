import { DatagramClient } from "./datagram_client.ts";
import { GameClient, type JoinOptions, type ServerAddress } from "./game_client.ts";

/** Runs `work` with these players in the game, and closes their sockets whatever happens. */
export async function withPlayers<const Joins extends readonly JoinOptions[]>(
  server: ServerAddress,
  joins: Joins,
  work: (...clients: { [Index in keyof Joins]: GameClient }) => Promise<void>,
): Promise<void> {
  const clients: GameClient[] = [];
  try {
    for (const options of joins) clients.push(await GameClient.join(server, options));
    // One client was made for each join.
    await work(...clients as { [Index in keyof Joins]: GameClient });
  } finally {
    for (const client of clients) await client.close();
  }
}

/** Runs `work` with a socket, and closes it whatever happens. */
export async function withWire<Result>(
  server: ServerAddress,
  work: (wire: DatagramClient) => Promise<Result>,
): Promise<Result> {
  const wire = DatagramClient.open(server);
  try {
    return await work(wire);
  } finally {
    await wire.close();
  }
}
