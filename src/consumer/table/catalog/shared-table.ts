import { PipelineError } from '../../../runtime/errors.ts';
import type { CatalogTable } from '../../ports/lake.ts';
import { columnsOfPart } from '../../ports/record-columns.ts';
import { mayBe } from './column-owner.ts';

/** The table's parameter that names the topic whose records it holds. */
export const topicParameter = 'glueless.topic';

/** The parameter of a table that was one topic's and has other topics' rows, too. */
const sharedParameter = 'glueless.shared';

/** The parameter of a Hive table whose files an Iceberg table has taken in, which it names: nothing of them may be removed. */
export const adoptedByParameter = 'glueless.adopted-by';

/** What is refused of an adopted table, and what to do instead. */
const refusals = {
  removal: {
    what: 'nothing is removed from',
    hint: (other: string) => `run it for ${other} (TABLE_FORMAT=iceberg LAKE_TABLE=${other}), which removes its days`,
  },
  replacement: {
    what: 'no more replay or redrive can change',
    hint: (other: string) =>
      `what ${other} has adopted stays as it is, and \`replay --table\` writes it into a table of its own; batches that ${other} got since are replaced with TABLE_FORMAT=iceberg LAKE_TABLE=${other}`,
  },
};

/** Throws TABLE_MISMATCH for a Hive table whose files an Iceberg table has taken in. */
export function checkNotAdopted(
  table: Pick<CatalogTable, 'name' | 'parameters'> | undefined,
  refused: keyof typeof refusals,
): void {
  const other = table?.parameters[adoptedByParameter];
  if (table === undefined || other === undefined) return;
  const { what, hint } = refusals[refused];
  throw new PipelineError('TABLE_MISMATCH', {
    message: `${what} ${table.name}: it shares its files with the Iceberg table ${other}`,
    retryable: false,
    details: { table: table.name },
    hint: `${hint(other)}; docs/iceberg.md says how ${other} is given up`,
  });
}

type Described = Pick<CatalogTable, 'columns' | 'parameters'>;

/** True for a table of several topics: all of its rows say by `kafka_topic` which one they are from, whoever writes them. */
export function holdsSeveralTopics({ columns, parameters }: Described): boolean {
  const hasColumn = columnsOfPart.topic.every((own) =>
    columns.some((column) => column.name === own.name && mayBe(column, own)),
  );
  return hasColumn && (parameters[topicParameter] === undefined || parameters[sharedParameter] === 'true');
}

/** The parameters that a table gets with the first rows of another topic than its own; `undefined` where it needs none. */
export function sharingParameters(
  { parameters }: Described,
  { topic, isShared }: { readonly topic: string; readonly isShared: boolean },
): Readonly<Record<string, string>> | undefined {
  const owner = parameters[topicParameter];
  if (owner === undefined || parameters[sharedParameter] === 'true' || (owner === topic && !isShared)) return undefined;
  return { [sharedParameter]: 'true' };
}
