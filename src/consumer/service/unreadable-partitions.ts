import type { PipelineObserver } from '../commit/tools/pipeline-observer.ts';
import { PipelineError } from '../../runtime/errors.ts';
import type { UnreadableRecords } from '../ports/topic.ts';

/** The same damage is told again after this long. */
const toldEveryMs = 60_000;

interface Damage {
  readonly records: UnreadableRecords;
  readonly toldMs: number;
}

/** Partitions that stand before records that can't be read, and what is wrong with those. */
export class UnreadablePartitions {
  readonly #observer: PipelineObserver;
  readonly #damages = new Map<number, Damage>();

  constructor(observer: PipelineObserver) {
    this.#observer = observer;
  }

  get partitions(): ReadonlySet<number> {
    return new Set(this.#damages.keys());
  }

  /** Remembers the damage, and tells of it: at once, and every minute as long as it lasts. */
  met(records: UnreadableRecords, monotonicMs: number): void {
    const known = this.#damages.get(records.partition);
    const isKnown = known?.records.from === records.from && monotonicMs - known.toldMs < toldEveryMs;
    this.#damages.set(records.partition, { records, toldMs: isKnown ? known.toldMs : monotonicMs });
    if (!isKnown) this.#observer.unreadable?.(records);
  }

  /** The partition goes on at `offset`: damage before it stands in its way no more. */
  passed(partition: number, offset: bigint): void {
    const damage = this.#damages.get(partition);
    if (damage === undefined || offset <= damage.records.from) return;
    this.#damages.delete(partition);
    this.#observer.readable?.(partition);
  }

  /** Partitions were assigned anew: what could not be read is tried again. */
  clear(): void {
    for (const partition of this.#damages.keys()) this.#observer.readable?.(partition);
    this.#damages.clear();
  }

  /** The failure of a run that has an end and can't reach it. */
  failure(): PipelineError {
    const damages = [...this.#damages.values()].map(({ records }) => records);
    return new PipelineError('RECORDS_UNREADABLE', {
      message: `${damages.map(describeDamage).join('; ')}. Everything else is written`,
      retryable: false,
      details: { partitions: damages.map(({ partition }) => partition) },
      hint: damages.map(adviceFor).join('; '),
    });
  }
}

function describeDamage({ partition, from, to, error }: UnreadableRecords): string {
  const where = to === undefined ? `from offset ${from} on` : `at offsets ${from} to ${to - 1n}`;
  return `partition ${partition} can't be read ${where}: ${error.message}`;
}

/** What the damage itself asks for comes before giving the records up. */
function adviceFor({ error, ...range }: UnreadableRecords): string {
  return [...(error.hint === undefined ? [] : [error.hint]), skipCommand(range)].join(': ');
}

/**
 * The command that lets the partition pass what can't be read. Without an end it goes up to the next record that can be. `topic`: it is
 * one of several.
 */
export function skipCommand(
  { partition, from, to }: Pick<UnreadableRecords, 'partition' | 'from' | 'to'>,
  topic?: string,
): string {
  const which = topic === undefined ? '' : `--topic ${topic} `;
  const end = to === undefined ? '' : ` --to ${to}`;
  return `glueless skip ${which}--partition ${partition} --offset ${from}${end} --reason '<why>'`;
}
