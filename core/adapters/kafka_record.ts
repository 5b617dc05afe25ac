import { tryJsonObject, tryParseJson } from "../json.ts";
import type { StoredEvent } from "../ports/event_log.ts";
import { formatKafkaPosition, type KafkaPosition } from "./kafka_position.ts";

/** An event as Kafka has it. */
export interface KafkaRecord {
  /** Its place in the partition. */
  readonly offset: number;
  /** When it was appended, in milliseconds since the epoch. */
  readonly atMs: number;
  /** Its key; empty where it has none. */
  readonly key: string;
  /** Its text; undefined where it has none. */
  readonly value: string | undefined;
}

/** The record as an event; undefined where somebody else wrote it and it is no JSON object. */
export function tryStoredEvent(
  record: KafkaRecord,
  options: { readonly topic: string; readonly position: KafkaPosition },
): StoredEvent | undefined {
  const value = record.value === undefined ? undefined : tryJsonObject(tryParseJson(record.value));
  if (value === undefined) return undefined;
  const position = formatKafkaPosition(options.position);
  return { topic: options.topic, key: record.key, value, position };
}

/** What kafkajs makes of a record, of which more is true than its types say. */
export interface RawRecord {
  /** A whole number. */
  readonly offset: string;
  /** Milliseconds since the epoch. */
  readonly timestamp: string;
  /** UTF-8, where it has one. */
  readonly key: Uint8Array | string | null | undefined;
  /** UTF-8, where it has one. */
  readonly value: Uint8Array | string | null | undefined;
}

/** A record of kafkajs, its bytes read as UTF-8. */
export function toKafkaRecord(raw: RawRecord): KafkaRecord {
  return {
    offset: Number(raw.offset),
    atMs: Number(raw.timestamp),
    key: textOf(raw.key) ?? "",
    value: textOf(raw.value),
  };
}

const decoder = new TextDecoder();

function textOf(bytes: Uint8Array | string | null | undefined): string | undefined {
  if (bytes === null || bytes === undefined) return undefined;
  return typeof bytes === "string" ? bytes : decoder.decode(bytes);
}
