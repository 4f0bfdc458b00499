import {
  BatchCreatePartitionCommand,
  BatchGetPartitionCommand,
  BatchUpdatePartitionCommand,
  type BatchUpdatePartitionFailureEntry,
  type ErrorDetail,
  type GlueClient,
  type Partition,
  type PartitionValueList,
} from '@aws-sdk/client-glue';
import { elsewhere, outdatedColumn, rightPlace } from '../../consumer/ports/catalog-rules.ts';
import type { CatalogPartition, CatalogTable, NewPartition } from '../../consumer/ports/lake.ts';
import { PipelineError } from '../../runtime/errors.ts';
import { otherStorageOf, partitionInput, typesOf } from './glue-table.ts';

interface GlueTable {
  readonly database: string;
  readonly table: CatalogTable;
}

/**
 * Registers up to 100 partitions. One that is there already keeps the columns of its day: a struct that has grown since would read as null
 * there for ever, so it gets the table's.
 */
export async function registerPartitions(
  client: GlueClient,
  { database, table }: GlueTable,
  partitions: readonly NewPartition[],
): Promise<void> {
  const { Errors = [] } = await client.send(
    new BatchCreatePartitionCommand({
      DatabaseName: database,
      TableName: table.name,
      PartitionInputList: partitions.map((partition) => partitionInput(table, partition)),
    }),
  );
  const isPresent = ({ ErrorCode }: ErrorDetail = {}): boolean => ErrorCode === 'AlreadyExistsException';
  const failed = Errors.find(({ ErrorDetail }) => !isPresent(ErrorDetail));
  if (failed !== undefined) throw refused({ database, table }, failed.PartitionValues, failed.ErrorDetail);
  const present = new Set(Errors.map(({ PartitionValues = [] }) => PartitionValues.join('/')));
  const known = partitions.filter(({ values }) => present.has(values.join('/')));
  if (known.length > 0) await refreshPartitions(client, { database, table }, known);
}

async function refreshPartitions(
  client: GlueClient,
  { database, table }: GlueTable,
  partitions: readonly NewPartition[],
): Promise<void> {
  const registered = await fetchPartitions(client, { database, table }, partitions);
  const found = new Map(registered.map((partition) => [(partition.Values ?? []).join('/'), partition]));
  const old = partitions.flatMap((partition): CatalogPartition[] => {
    const descriptor = found.get(partition.values.join('/'))?.StorageDescriptor;
    if (descriptor === undefined) return [];
    const { Location: present = partition.location } = descriptor;
    const location = rightPlace(partition, present);
    if (location === undefined) throw elsewhere(table.name, { ...partition, present });
    const wrong = outdatedColumn(table, typesOf(descriptor)) ?? otherStorageOf(descriptor);
    return wrong === undefined ? [] : [{ values: partition.values, location }];
  });
  if (old.length === 0) return;
  const [failed] = await updatePartitions(client, { database, table }, old);
  if (failed !== undefined) throw refused({ database, table }, failed.PartitionValueList, failed.ErrorDetail);
}

/** Gives the partitions that are registered. Glue may leave some for another request; rejects when it does so with all of them. */
async function fetchPartitions(
  client: GlueClient,
  { database, table }: GlueTable,
  partitions: readonly CatalogPartition[],
): Promise<Partition[]> {
  const found: Partition[] = [];
  let left: PartitionValueList[] = partitions.map(({ values }) => ({ Values: [...values] }));
  while (left.length > 0) {
    const { Partitions = [], UnprocessedKeys = [] } = await client.send(
      new BatchGetPartitionCommand({ DatabaseName: database, TableName: table.name, PartitionsToGet: left }),
    );
    found.push(...Partitions);
    if (UnprocessedKeys.length >= left.length)
      throw new PipelineError('CATALOG_UNAVAILABLE', {
        message: `Glue table ${database}.${table.name}: none of ${left.length} partitions was looked up`,
        retryable: true,
      });
    left = UnprocessedKeys;
  }
  return found;
}

/** Lets a registered partition lie at this location. */
export async function movePartition(
  client: GlueClient,
  { database, table }: GlueTable,
  partition: CatalogPartition,
): Promise<'moved' | 'missing'> {
  const [failed] = await updatePartitions(client, { database, table }, [partition]);
  if (failed === undefined) return 'moved';
  if (failed.ErrorDetail?.ErrorCode === 'EntityNotFoundException') return 'missing';
  throw refused({ database, table }, failed.PartitionValueList, failed.ErrorDetail);
}

/** Gives partitions these locations and the table's columns; answers with those that were refused. */
async function updatePartitions(
  client: GlueClient,
  { database, table }: GlueTable,
  partitions: readonly CatalogPartition[],
): Promise<readonly BatchUpdatePartitionFailureEntry[]> {
  const { Errors = [] } = await client.send(
    new BatchUpdatePartitionCommand({
      DatabaseName: database,
      TableName: table.name,
      Entries: partitions.map((partition) => ({
        PartitionValueList: [...partition.values],
        PartitionInput: partitionInput(table, partition),
      })),
    }),
  );
  return Errors;
}

function refused(
  { database, table }: GlueTable,
  values: readonly string[] = [],
  detail: ErrorDetail = {},
): PipelineError {
  const { ErrorCode = '', ErrorMessage = '' } = detail;
  return new PipelineError('CATALOG_UNAVAILABLE', {
    message: `Glue table ${database}.${table.name}: partition ${values.join('/')} can't be registered: ${ErrorCode} ${ErrorMessage}`,
    retryable: /Internal|Timeout|Throttl|ResourceNumberLimit|Concurrent/.test(ErrorCode),
  });
}
