import { isDeepStrictEqual } from 'node:util';
import { planEvolution, type EvolutionRules, type ObservedColumn } from '../../../schema/growth/evolution.ts';
import type { Column } from '../../../schema/types/column-type.ts';
import type { DecodedBatch } from '../../columns/decode-batch.ts';
import { jsonValue } from '../../columns/builders/decoded-column.ts';

/** Values that do not go to the column of their name. */
export interface Redirected {
  readonly field: string;
  /** `undefined`: to `_rescued`. */
  readonly target: string | undefined;
  readonly count: number;
  readonly example: unknown;
}

/** What writing a batch would do to a table. */
export interface SchemaPreview {
  readonly added: readonly Column[];
  readonly replaced: readonly Column[];
  readonly redirected: readonly Redirected[];
  readonly rows: number;
  readonly rejects: ReadonlyMap<string, number>;
}

interface SampledColumn extends ObservedColumn {
  readonly field: string;
  readonly example: unknown;
}

/** What records would bring to a table as one batch, of which as many are in memory at a time as one likes. */
export class SchemaSample {
  #columns: readonly SampledColumn[] = [];
  #hints: DecodedBatch['hints'];
  readonly #rejects = new Map<string, number>();
  #rows = 0;

  /** Types that the records' schemas tell, of which the first one counts. */
  get hints(): DecodedBatch['hints'] {
    return this.#hints;
  }

  add({ columns, hints, rejects, rowCount }: DecodedBatch): void {
    this.#rows += rowCount;
    for (const { reason } of rejects) this.#rejects.set(reason, (this.#rejects.get(reason) ?? 0) + 1);
    if (hints !== undefined) this.#hints = new Map([...hints, ...(this.#hints ?? [])]);
    const found = Map.groupBy(this.#columns, ({ name }) => name);
    for (const column of columns) {
      const { name, field, observed, count } = column;
      const known = found.get(name) ?? [];
      const at = known.findIndex((each) => each.field === field && isDeepStrictEqual(each.observed, observed));
      const before = known[at];
      const sampled = before ?? { name, field, observed, count: 0, example: jsonValue(column, 0) };
      const added = { ...sampled, count: sampled.count + count };
      found.set(name, before === undefined ? [...known, added] : known.with(at, added));
    }
    this.#columns = [...found.values()].flat();
  }

  /** `table`: the data's columns, without the Kafka columns. */
  preview(table: readonly Column[], rules: EvolutionRules): SchemaPreview {
    const columns = this.#columns;
    const { added, replaced, targets } = planEvolution(table, columns, rules);
    const redirected = columns.flatMap(({ name, field, count, example }, index): Redirected[] => {
      const target = targets[index];
      return target === name ? [] : [{ field, target, count, example }];
    });
    return { added, replaced, redirected, rows: this.#rows, rejects: this.#rejects };
  }
}
