import { PipelineError } from '../../../runtime/errors.ts';
import type { TopicReader } from '../../ports/topic.ts';

/**
 * Makes sure that what was fetched is of the topic that was assigned, and not of another one that has its name by now.
 * An answer counts only for records that were fetched before it was asked for, so that who comes while a request is on
 * its way waits for the next one, together with all others who came meanwhile.
 */
export class TopicIdentity {
  readonly #reader: Pick<TopicReader, 'topicId'>;
  readonly #topic: string;
  #running: Promise<unknown> | undefined;
  #following: Promise<string | undefined> | undefined;

  constructor(topic: string, reader: Pick<TopicReader, 'topicId'>) {
    this.#topic = topic;
    this.#reader = reader;
  }

  /** Rejects with TOPIC_RECREATED when the topic is not `expected` any more. Brokers that know no ids are not asked. */
  async check(expected: string | undefined): Promise<void> {
    if (expected === undefined) return;
    checkTopicId(this.#topic, { expected, found: await this.#ask() });
  }

  #ask(): Promise<string | undefined> {
    if (this.#running === undefined) return this.#request();
    this.#following ??= this.#running.then(() => {
      this.#following = undefined;
      return this.#request();
    });
    return this.#following;
  }

  #request(): Promise<string | undefined> {
    const answer = this.#reader.topicId();
    const running = answer
      .catch(() => {})
      .then(() => {
        if (this.#running === running) this.#running = undefined;
      });
    this.#running = running;
    return answer;
  }
}

/** Throws TOPIC_RECREATED when both ids are known and differ. */
export function checkTopicId(
  topic: string,
  { expected, found }: { readonly expected: string | undefined; readonly found: string | undefined },
): void {
  if (expected === undefined || found === undefined || expected === found) return;
  throw new PipelineError('TOPIC_RECREATED', {
    message: `topic ${topic} was deleted and made again while it was read: its id was ${expected} and is ${found}`,
    retryable: false,
    details: { topic, expected, found },
  });
}
