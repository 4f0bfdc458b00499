import { PipelineError } from '../../../runtime/errors.ts';
import { formatType } from '../../../schema/types/hive-ddl.ts';
import { layoutOf } from '../../../schema/partitions/layout.ts';
import { rescuedColumn } from '../../../schema/names/column-name.ts';
import { projectionProblem } from '../../../schema/partitions/projection.ts';
import type { Column } from '../../../schema/types/column-type.ts';
import { kindParameter } from '../../ports/catalog-rules.ts';
import { isIceberg, type CatalogTable } from '../../ports/lake.ts';
import { columnsOfPart } from '../../ports/record-columns.ts';
import { canHold } from './column-owner.ts';
import { holdsSeveralTopics, topicParameter } from './shared-table.ts';

/** Where this lake keeps the table's objects, and whose records they are. */
export interface ExpectedTable {
  /** URI, ends in `/`. */
  readonly location: string;
  readonly topic: string;
  /** Other topics' records may be in it too: rows say by `kafka_topic` which one they are from. */
  readonly tellsTopic?: boolean;
  /** Tells the topics that may have had the table alone until now: it gets the column with the first rows of another one. */
  readonly isSharer?: ((topic: string) => boolean) | undefined;
  /** Partition keys of a table that is none of the layouts for rows. */
  readonly keys?: readonly Column[];
}

/**
 * Throws TABLE_MISMATCH for a table that is not one that we would have made: what is written to it would be seen by nobody, or break
 * what others read there.
 */
export function checkTable(table: CatalogTable, expected: ExpectedTable): void {
  const problem =
    kindProblem(table) ??
    keysProblem(table, expected) ??
    projectedProblem(table) ??
    rescuedProblem(table) ??
    locationProblem(table, expected) ??
    topicProblem(table, expected);
  if (problem !== undefined) throw mismatch(table, problem);
}

/** Throws TABLE_MISMATCH for a table whose objects lie elsewhere. */
export function checkLocation(table: CatalogTable, expected: Pick<ExpectedTable, 'location'>): void {
  const problem = locationProblem(table, expected);
  if (problem !== undefined) throw mismatch(table, problem);
}

/** Throws TABLE_MISMATCH for a table of another topic's records, whose rows do not say so. */
export function checkTopic(table: CatalogTable, expected: Pick<ExpectedTable, 'topic' | 'tellsTopic'>): void {
  const problem = topicProblem(table, { ...expected, isSharer: () => true });
  if (problem !== undefined) throw mismatch(table, problem);
}

function mismatch(table: CatalogTable, problem: TableProblem): PipelineError {
  return new PipelineError('TABLE_MISMATCH', {
    message: `the table ${table.name} ${problem.what}`,
    retryable: false,
    details: { table: table.name },
    hint: problem.hint,
  });
}

interface TableProblem {
  readonly what: string;
  readonly hint: string;
}

const newName = 'set LAKE_TABLE to a new name';

function kindProblem(table: CatalogTable): TableProblem | undefined {
  const { otherKind, parameters } = table;
  const held = parameters[kindParameter];
  if (held !== undefined) return { what: `is one of ${held}, expected one of records`, hint: newName };
  if (otherKind === undefined) return undefined;
  const what = `is ${otherKind}, expected an external table of Parquet files`;
  return { what, hint: isIceberg(table) ? `set TABLE_FORMAT=iceberg, or ${newName}` : newName };
}

function keysProblem({ partitionKeys }: CatalogTable, { keys }: ExpectedTable): TableProblem | undefined {
  const names = partitionKeys.map(({ name }) => name).join(', ');
  const isKnown =
    keys === undefined ? layoutOf(partitionKeys) !== undefined : names === keys.map(({ name }) => name).join(', ');
  if (!isKnown) {
    const wanted =
      keys?.map(({ name }) => name).join(', ') ??
      'event_date and event_hour, event_date, ingest_year to ingest_hour, or nothing';
    return { what: `is partitioned by ${names}, expected ${wanted}`, hint: `${newName}, or make the table anew` };
  }
  const typed = partitionKeys.find(({ type }) => type.kind !== 'string');
  if (typed === undefined) return undefined;
  return {
    what: `has the partition key ${typed.name} as ${formatType(typed.type)}, expected string`,
    hint: `${newName}, or make the table anew with partition keys of type string`,
  };
}

function projectedProblem({ partitionKeys, parameters }: CatalogTable): TableProblem | undefined {
  const layout = layoutOf(partitionKeys);
  const problem = layout && projectionProblem(layout, parameters);
  return (
    problem && {
      what: `computes partitions that are no folders of this lake: ${problem.found}, expected ${problem.expected}`,
      hint: `set the table's parameter right, or ${newName}`,
    }
  );
}

function rescuedProblem({ columns }: CatalogTable): TableProblem | undefined {
  const rescued = columns.find(({ name, type }) => name === rescuedColumn && type.kind !== 'string');
  return (
    rescued && {
      what: `has the column ${rescuedColumn} as ${formatType(rescued.type)}, expected string`,
      hint: `${newName}, or drop the column`,
    }
  );
}

function locationProblem(
  { location }: CatalogTable,
  expected: Pick<ExpectedTable, 'location'>,
): TableProblem | undefined {
  if (sameScheme(location) === sameScheme(expected.location)) return undefined;
  return {
    what: `lies at ${location}, this lake would write to ${expected.location}`,
    hint: 'set LAKE to where the table lies, or LAKE_TABLE to a new name',
  };
}

/** Engines write `s3a:` and `s3n:` for the same store. */
function sameScheme(location: string): string {
  return location.replace(/^s3[an]:/, 's3:');
}

function topicProblem(
  table: CatalogTable,
  { topic, tellsTopic = false, isSharer }: Pick<ExpectedTable, 'topic' | 'tellsTopic' | 'isSharer'>,
): TableProblem | undefined {
  const { columns, parameters } = table;
  const other = parameters[topicParameter];
  const column = columns.find(({ name }) => name === columnsOfPart.topic[0]?.name);
  const clash = column && topicClash(column, { isOthers: other !== topic });
  if (tellsTopic && clash !== undefined)
    return { what: `has the column ${clash}: rows can’t say which topic they are from`, hint: newName };
  if (other === undefined || other === topic) return undefined;
  if (tellsTopic && (column !== undefined || isSharer?.(other) === true)) return undefined;
  if (holdsSeveralTopics(table)) return undefined;
  return {
    what: `holds records of the topic ${other}, expected ${topic}`,
    hint: topicHint({ tellsTopic, mayShare: column !== undefined && clash === undefined }),
  };
}

/** What to do about a table of another topic; it can be shared where its rows say their topic, and no setting makes those that are there say it. */
function topicHint({ tellsTopic, mayShare }: { readonly tellsTopic: boolean; readonly mayShare: boolean }): string {
  if (tellsTopic) return `its rows do not say which topic they are from, as rows of several topics must: ${newName}`;
  const own = `a topic needs a table of its own, also one that was renamed: ${newName}`;
  return mayShare ? `${own}; or share this one, whose rows have the column kafka_topic, by KAFKA_COLUMNS` : own;
}

/** Why the column can't say the topic. Rows of the table's own topic may do without where records have a field of that name. */
function topicClash(column: Column, { isOthers }: { readonly isOthers: boolean }): string | undefined {
  if (column.type.kind !== 'string') return `${column.name} as ${formatType(column.type)}, expected string`;
  const holdsField = !canHold([column], columnsOfPart.topic);
  return holdsField && isOthers ? `${column.name} with a field of its records` : undefined;
}
