import { Readiness } from '../../consumer/service/readiness.ts';
import type { Clock } from '../../runtime/clock.ts';
import { messageOf } from '../../runtime/errors.ts';

/** Knows which topics of several do not do well. The service is ready as long as one of its own does. */
export class TopicsHealth {
  readonly #clock: Clock;
  readonly #quietMs: number;
  readonly #readiness = new Map<string, Readiness>();
  readonly #troubles = new Map<string, string>();
  readonly #waiting = new Map<string, string>();
  #assigned: readonly string[] = [];

  /** `quietMs`: how long nothing may be committed of a topic while it has lag. */
  constructor(clock: Clock, quietMs: number) {
    this.#clock = clock;
    this.#quietMs = quietMs;
  }

  /** What is known of one topic's pipeline. */
  of(topic: string): Readiness {
    const known = this.#readiness.get(topic) ?? new Readiness(this.#clock, this.#quietMs);
    this.#readiness.set(topic, known);
    return known;
  }

  assigned(topics: readonly string[]): void {
    this.#assigned = topics;
    for (const topic of topics) this.#waiting.delete(topic);
  }

  troubled(topic: string, error: unknown): void {
    this.#troubles.set(topic, messageOf(error));
  }

  recovered(topic: string): void {
    this.#troubles.delete(topic);
  }

  /** True when it was not known. */
  waits(topic: string, error: unknown): boolean {
    const isNew = this.#waiting.get(topic) !== messageOf(error);
    this.#waiting.set(topic, messageOf(error));
    return isNew;
  }

  /** Why the service is not ready; empty when it is. */
  problems(): string[] {
    if (this.#assigned.length === 0) return ['no partitions are assigned'];
    const isOneWell = this.#assigned.some((topic) => this.#problemsOf(topic).length === 0);
    return isOneWell ? [] : ['all topics are in trouble'];
  }

  /** What is wrong with single topics, by topic; those that do well are left out. */
  troubles(): Record<string, readonly string[]> {
    const topics = [...new Set([...this.#assigned, ...this.#waiting.keys()])].toSorted();
    const entries = topics.map((topic) => [topic, this.#problemsOf(topic)] as const);
    return Object.fromEntries(entries.filter(([, problems]) => problems.length > 0));
  }

  #problemsOf(topic: string): string[] {
    const waiting = this.#waiting.get(topic);
    if (waiting !== undefined) return [waiting];
    const trouble = this.#troubles.get(topic);
    return trouble === undefined ? (this.#readiness.get(topic)?.problems() ?? []) : [trouble];
  }
}
