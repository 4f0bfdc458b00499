import type { CatalogTable } from '../../consumer/ports/lake.ts';
import { PipelineError } from '../../runtime/errors.ts';
import { layoutOf } from '../../schema/partitions/layout.ts';
import type { ColumnType } from '../../schema/types/column-type.ts';

/** The columns of a table that can be shown by the hour: numbers, and what they can be told apart by. */
export interface ShownColumns {
  readonly values: readonly string[];
  readonly keys: readonly string[];
}

const numberKinds: ReadonlySet<ColumnType['kind']> = new Set(['double', 'bigint', 'int', 'decimal']);
const keyKinds: ReadonlySet<ColumnType['kind']> = new Set(['string', 'boolean', 'int', 'bigint']);

/** Kafka's own columns come last: they are seldom what somebody wants to see. */
export function shownColumns({ columns }: CatalogTable): ShownColumns {
  const ordered = columns.toSorted((a, b) => Number(isKafka(a.name)) - Number(isKafka(b.name)));
  const of = (kinds: ReadonlySet<ColumnType['kind']>) =>
    ordered.filter(({ type, name }) => kinds.has(type.kind) && name !== '_rescued').map(({ name }) => name);
  return { values: of(numberKinds), keys: of(keyKinds) };
}

function isKafka(name: string): boolean {
  return name.startsWith('kafka_');
}

/** Throws REPORT_UNSUITABLE for a table without these columns, or that is not partitioned by the hour. */
export function checkHourly(table: CatalogTable, needed: readonly string[]): void {
  const absent = needed.filter((name) => !table.columns.some((column) => column.name === name));
  if (layoutOf(table.partitionKeys) === 'hour' && absent.length === 0) return;
  throw new PipelineError('REPORT_UNSUITABLE', {
    message:
      absent.length > 0
        ? `the table ${table.name} has no column ${absent.join(' and no column ')}`
        : `the table ${table.name} is not partitioned by event_date and event_hour`,
    retryable: false,
    hint: 'the monitor reads hours from tables with PARTITION_BY=hour',
  });
}
