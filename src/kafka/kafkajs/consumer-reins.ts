import type { Consumer } from 'kafkajs';

/** The part of kafkajs's consumer that is steered. */
type Steered = Pick<Consumer, 'pause' | 'resume' | 'seek'>;

/**
 * Steers kafkajs's consumer. While it restarts it has no group and throws: there is nothing to steer then, and the next
 * assignment begins anew.
 */
export class ConsumerReins {
  readonly #consumer: Steered;
  readonly #topic: string;

  constructor(consumer: Steered, topic: string) {
    this.#consumer = consumer;
    this.#topic = topic;
  }

  hold(partitions: readonly number[]): void {
    this.#steer(() => this.#consumer.pause([{ topic: this.#topic, partitions: [...partitions] }]));
  }

  release(partitions: readonly number[]): void {
    this.#steer(() => this.#consumer.resume([{ topic: this.#topic, partitions: [...partitions] }]));
  }

  seek(partition: number, offset: bigint): void {
    this.#steer(() => this.#consumer.seek({ topic: this.#topic, partition, offset: offset.toString() }));
  }

  #steer(command: () => void): void {
    try {
      command();
    } catch (error) {
      if (!(error instanceof Error && /group was not initialized/.test(error.message))) throw error;
    }
  }
}
