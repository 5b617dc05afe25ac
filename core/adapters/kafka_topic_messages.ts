import type { SinkEvent } from "../ports/event_sink.ts";

/** The events of one topic, as kafkajs sends them. */
export interface TopicBatch {
  /** The topic. */
  topic: string;
  /** Its events, oldest first; `timestamp` in milliseconds since the epoch. */
  messages: {
    key: string;
    value: string;
    timestamp: string;
    headers?: { event_id: string };
  }[];
}

/** Events as kafkajs sends them: by topic, each topic's in order. */
export function toTopicMessages(events: readonly SinkEvent[]): TopicBatch[] {
  const byTopic = Map.groupBy(events, ({ topic }) => topic);
  return [...byTopic].map(([topic, ofTopic]) => ({
    topic,
    messages: ofTopic.map(({ key, value, atMs, eventId }) => ({
      key,
      value,
      timestamp: String(atMs),
      ...(eventId === undefined ? {} : { headers: { event_id: eventId } }),
    })),
  }));
}
