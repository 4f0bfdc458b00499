import { systemClock } from '../../runtime/clock.ts';
import type { PipelineError } from '../../runtime/errors.ts';
import { topicRecreated } from './other-log.ts';
import type { TopicClient } from './topic-client.ts';

/** How long a missing topic is looked for: it may be on its way back, made anew, which is another failure. */
const missingMs = 10_000;
const missingPollMs = 500;

/** Holds a member to the topic that it met first, for as long as it lives. */
export class TopicGuard {
  readonly #client: TopicClient;
  readonly #topic: string;
  #topicId: string | undefined;

  constructor(client: TopicClient, topic: string) {
    this.#client = client;
    this.#topic = topic;
  }

  /** Takes the id that a broker told, `undefined` for none. Rejects with TOPIC_RECREATED when it is another topic's. */
  async meet(topicId: string | undefined): Promise<void> {
    if (topicId === undefined || topicId === this.#topicId) return;
    if (this.#topicId === undefined) this.#topicId = topicId;
    else await this.check();
  }

  /** Rejects with TOPIC_RECREATED when the topic's name belongs to another topic by now. */
  async check(): Promise<void> {
    const before = this.#topicId;
    if (before === undefined || !(await this.#client.isRecreated(before))) return;
    throw topicRecreated(this.#topic, before, await this.#client.topicId().catch(() => undefined));
  }

  /** True once the topic was seen. */
  get hasMet(): boolean {
    return this.#topicId !== undefined;
  }

  /**
   * What to end with when the topic is missing: TOPIC_RECREATED if another one comes in its place within some seconds; `undefined` when
   * it is there again, or when `isOver` says that nobody waits for the answer.
   */
  async explainMissing(missing: PipelineError, isOver: () => boolean): Promise<PipelineError | undefined> {
    const untilMs = systemClock.monotonicMs() + missingMs;
    while (systemClock.monotonicMs() < untilMs && !isOver()) {
      const found = await this.#client.topicId().catch(() => undefined);
      if (found !== undefined && found === this.#topicId) return undefined;
      if (found !== undefined && this.#topicId !== undefined) return topicRecreated(this.#topic, this.#topicId, found);
      await systemClock.sleep(missingPollMs);
    }
    return isOver() ? undefined : missing;
  }
}
