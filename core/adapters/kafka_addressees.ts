/** What a broker says of a part of a batch. */
export interface WriteAnswer {
  /** The topic. */
  readonly topicName: string;
  /** The partition. */
  readonly partition: number;
  /** 0 where it is written. */
  readonly errorCode: number;
}

/**
 * Notes to which partitions the events of a batch go, so that nothing is taken for written that was not
 * answered: kafkajs 2.2.4 forgets a partition whose leader moves between two attempts of one batch, and
 * calls that a success.
 */
export class KafkaAddressees {
  readonly #addressed = new Set<string>();

  /** An event goes to a partition, which is given back. */
  note(topic: string, partition: number): number {
    this.#addressed.add(`${topic}/${partition}`);
    return partition;
  }

  /** A batch begins. */
  clear(): void {
    this.#addressed.clear();
  }

  /** The batch was answered. @throws Error where a part of it was not */
  assertAnswered(answers: readonly WriteAnswer[]): void {
    for (const { topicName, partition, errorCode } of answers) {
      if (errorCode === 0) this.#addressed.delete(`${topicName}/${partition}`);
    }
    if (this.#addressed.size === 0) return;
    throw new Error(`Cannot write: no answer for ${[...this.#addressed].sort().join(", ")}`);
  }
}
