import { policyInJson } from '../consumer/batch/batch-policy.ts';
import { sampleTopic } from '../consumer/replay/sample-topic.ts';
import type { SchemaPreview } from '../consumer/table/catalog/schema-preview.ts';
import { alignColumns } from '../report/format.ts';
import type { Settings } from '../app/config/settings.ts';
import { PipelineError } from '../runtime/errors.ts';
import type { Logger } from '../app/observe/logger.ts';
import { formatType } from '../schema/types/hive-ddl.ts';
import type { Column } from '../schema/types/column-type.ts';
import { printJson, printLines } from '../app/observe/output.ts';
import { createCommitTools } from '../app/write/create-commit-tools.ts';
import { openTopic } from '../app/kafka/open-topic.ts';
import { openLake } from '../app/lake/open-lake.ts';
import { exitCodes } from '../app/observe/exit-codes.ts';

/** Prints the table's columns, and where each came from. */
export async function showSchema(settings: Settings, { json }: { readonly json: boolean }): Promise<number> {
  const { catalog } = await openLake(settings.lake);
  const { name } = settings.table;
  const table = await catalog.load(name);
  if (table === undefined) {
    throw new PipelineError('TABLE_MISSING', {
      message: `there is no table ${name} in the database ${settings.lake.database}`,
      retryable: false,
      hint: 'glueless consume makes it with its first batch',
    });
  }
  const columns = table.columns.map(described);
  const keys = table.partitionKeys.map(described);
  const lines = alignColumns([
    ...columns.map(({ name: column, type, comment }) => [column, type, comment]),
    ...keys.map(({ name: key, type }) => [key, type, 'partition key']),
  ]);
  if (json) printJson({ table: name, columns, partitionKeys: keys });
  else printLines(...lines);
  return exitCodes.done;
}

function described({ name, type, comment = '' }: Column): { name: string; type: string; comment: string } {
  return { name, type: formatType(type), comment };
}

export interface DiffOptions {
  /** Newest records of each Kafka partition that are looked at. */
  readonly sample: number;
  readonly json: boolean;
}

/** Prints what the topic's newest records would do to the table; 3 when they would change it. Writes nothing. */
export async function diffSchema(settings: Settings, { sample, json }: DiffOptions, log: Logger): Promise<number> {
  await using reader = await openTopic(settings.kafka);
  const lake = await openLake(settings.lake);
  const { writer, recipe: configured, table } = await createCommitTools({ settings, lake, log, observer: {} });
  const recipe = writer.fit(configured);
  const policy = policyInJson(settings.batch, () => writer.expansionOf(recipe));
  const taken = await sampleTopic(reader, sample, { writer, recipe, policy });
  const preview = writer.preview(taken, recipe);
  if (json) printJson(toJson(preview));
  else printLines(...toLines(preview, table));
  return preview.added.length + preview.replaced.length === 0 ? exitCodes.done : exitCodes.different;
}

function toJson({ added, replaced, redirected, rows, rejects }: SchemaPreview): object {
  return {
    added: added.map(described),
    replaced: replaced.map(described),
    redirected,
    rows,
    rejects: Object.fromEntries(rejects),
  };
}

function toLines({ added, replaced, redirected, rows, rejects }: SchemaPreview, table: string): string[] {
  const total = rejects.values().reduce((sum, count) => sum + count, 0);
  return [
    `${rows} records would become rows of ${table}, ${total} dead letters`,
    ...added.map(({ name, type }) => `+ ${name} ${formatType(type)}`),
    ...replaced.map(({ name, type }) => `~ ${name} ${formatType(type)}`),
    ...redirected.map(
      ({ field, target = '_rescued', count, example }) =>
        `${count} values of ${JSON.stringify(field)} would go to ${target}, like ${JSON.stringify(example)?.slice(0, 80)}`,
    ),
    ...[...rejects].map(([reason, count]) => `${count} dead letters: ${reason}`),
    ...(added.length + replaced.length === 0 ? ['the table would not change'] : []),
  ];
}
