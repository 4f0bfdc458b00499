import type { Consumer } from 'kafkajs';

/** What we call of kafkajs's consumer. */
type ControlledConsumer = Pick<Consumer, 'pause' | 'resume' | 'seek'>;

/**
 * Pauses, resumes and seeks partitions of one topic in kafkajs's consumer. While that restarts it has no group and throws: there is nothing to
 * control then, and the next assignment begins anew.
 */
export class PartitionControl {
  readonly #consumer: ControlledConsumer;
  readonly #topic: string;

  constructor(consumer: ControlledConsumer, topic: string) {
    this.#consumer = consumer;
    this.#topic = topic;
  }

  pause(partitions: readonly number[]): void {
    this.#call(() => this.#consumer.pause([{ topic: this.#topic, partitions: [...partitions] }]));
  }

  resume(partitions: readonly number[]): void {
    this.#call(() => this.#consumer.resume([{ topic: this.#topic, partitions: [...partitions] }]));
  }

  seek(partition: number, offset: bigint): void {
    this.#call(() => this.#consumer.seek({ topic: this.#topic, partition, offset: offset.toString() }));
  }

  #call(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!(error instanceof Error && /group was not initialized/.test(error.message))) throw error;
    }
  }
}
