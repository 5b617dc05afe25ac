/**
 * How far a reader has come in each partition that it has begun: the offset of the next event. Others
 * are read from their start. As text it is an event's position: `0:15,3:7`.
 */
export type KafkaPosition = ReadonlyMap<number, number>;

const PARTITIONS_MAX = 10_000;

/** The text of a position, the same for equal positions. */
export function formatKafkaPosition(position: KafkaPosition): string {
  return [...position].sort(([left], [right]) => left - right)
    .map(([partition, offset]) => `${partition}:${offset}`).join(",");
}

/** Reads a position's text. @throws Error where it is none */
export function parseKafkaPosition(text: string): KafkaPosition {
  const position = new Map<number, number>();
  const parts = text.split(",");
  for (const part of parts) {
    const match = /^(\d{1,9}):(\d{1,15})$/.exec(part);
    if (match === null || parts.length > PARTITIONS_MAX) {
      throw new Error(
        `Cannot read after position ${JSON.stringify(text.slice(0, 100))}: it is none of this log`,
      );
    }
    position.set(Number(match[1]), Number(match[2]));
  }
  return position;
}
