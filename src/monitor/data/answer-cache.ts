import type { Clock } from '../../runtime/clock.ts';
import { messageOf } from '../../runtime/errors.ts';

/** An answer, when it was asked for, and what went wrong when it was last asked for again. */
export interface Answer<Value> {
  readonly value: Value;
  readonly askedAtMs: number;
  readonly problem: string | undefined;
}

export interface AnswerCacheOptions {
  readonly clock: Clock;
  /** An older answer is given once more, and asked for anew behind it. */
  readonly freshMs: number;
  /** The answers that were looked at longest ago go first. */
  readonly answersMax: number;
}

interface Held<Value> {
  answer?: Answer<Value>;
  asked: number;
  asking?: Promise<Answer<Value>> | undefined;
}

/**
 * Keeps answers of a query engine, so that a page opens at once and many readers cost one query. Only what somebody looks at is
 * asked for again.
 */
export class AnswerCache<Value> {
  readonly #options: AnswerCacheOptions;
  readonly #held = new Map<string, Held<Value>>();

  constructor(options: AnswerCacheOptions) {
    this.#options = options;
  }

  /** The answer to `key`; `ask` gets it when there is none, and anew when it is old. Rejects when there is none and `ask` does. */
  async get(key: string, ask: () => Promise<Value>): Promise<Answer<Value>> {
    const held = this.#held.get(key) ?? { asked: Number.NEGATIVE_INFINITY };
    // the map's order is that of the last looks
    this.#held.delete(key);
    this.#held.set(key, held);
    this.#forgetOldest();
    const isOld = this.#options.clock.monotonicMs() - held.asked >= this.#options.freshMs;
    if (isOld) held.asking ??= this.#ask(key, held, ask);
    if (held.answer !== undefined) {
      held.asking?.catch(() => {});
      return held.answer;
    }
    return held.asking ?? this.#ask(key, held, ask);
  }

  async #ask(key: string, held: Held<Value>, ask: () => Promise<Value>): Promise<Answer<Value>> {
    try {
      const askedAtMs = this.#options.clock.nowMs();
      held.answer = { value: await ask(), askedAtMs, problem: undefined };
      return held.answer;
    } catch (error) {
      if (held.answer === undefined) this.#held.delete(key);
      else held.answer = { ...held.answer, problem: messageOf(error) };
      throw error;
    } finally {
      held.asked = this.#options.clock.monotonicMs();
      held.asking = undefined;
    }
  }

  #forgetOldest(): void {
    for (const key of this.#held.keys()) {
      if (this.#held.size <= this.#options.answersMax) return;
      this.#held.delete(key);
    }
  }
}
