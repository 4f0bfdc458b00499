import { DeletePartitionCommand, paginateGetPartitions, type GlueClient } from '@aws-sdk/client-glue';
import { checkDefinition, checkPartition } from '../../consumer/ports/catalog-rules.ts';
import type { Catalog, RegisteredPartition } from '../../consumer/ports/lake.ts';
import { explainAwsError, isNamed } from '../client/explain-aws-error.ts';
import { movePartition, registerPartitions } from './glue-partitions.ts';
import { damagedAnswer, openGlueDatabase, type GlueOptions } from './glue-requests.ts';
import { fromPartition, fromTable, tableInput, updatedInput } from './glue-table.ts';

export type { GlueOptions } from './glue-requests.ts';

/** Most partitions per BatchCreatePartition request. */
const partitionsMax = 100;

/** A catalog of one database of the AWS Glue Data Catalog. A table's version is Glue's `VersionId`. */
export function createGlueCatalog(options: GlueOptions): Catalog {
  const { client, database, fetchTable, createTable, updateTable, explained } = openGlueDatabase(options);

  return {
    load: (name) =>
      explained(name, async () => {
        const table = await fetchTable(name);
        return table && fromTable(table);
      }),

    create: (definition) =>
      explained(definition.name, async () => {
        checkDefinition(definition);
        return (await createTable(tableInput(definition))) === 'stored' ? 'created' : 'exists';
      }),

    evolve: ({ table: name, expectedVersion, ...change }) =>
      explained(name, async () => {
        const table = await fetchTable(name);
        if (table === undefined || (table.VersionId ?? '') !== expectedVersion) return 'conflict';
        const input = updatedInput(table, change);
        checkDefinition(fromTable({ ...table, ...input }));
        return (await updateTable(input, expectedVersion)) === 'stored' ? 'evolved' : 'conflict';
      }),

    addPartitions: (table, partitions) =>
      explained(table.name, async () => {
        for (const partition of partitions) checkPartition(table, partition);
        for (let first = 0; first < partitions.length; first += partitionsMax) {
          await registerPartitions(client, { database, table }, partitions.slice(first, first + partitionsMax));
        }
      }),

    movePartition: (table, partition) =>
      explained(table.name, async () => {
        checkPartition(table, partition);
        return movePartition(client, { database, table }, partition);
      }),

    removePartitions: (table, values) =>
      explained(table, async () => {
        for (const each of values) {
          const request = { DatabaseName: database, TableName: table, PartitionValues: [...each] };
          try {
            await client.send(new DeletePartitionCommand(request));
          } catch (error) {
            if (!isNamed(error, 'EntityNotFoundException')) throw error;
          }
        }
      }),

    listPartitions: (table) => listPartitions(client, database, table),
  };
}

async function* listPartitions(
  client: GlueClient,
  database: string,
  table: string,
): AsyncIterable<RegisteredPartition> {
  try {
    const pages = paginateGetPartitions({ client }, { DatabaseName: database, TableName: table });
    for await (const { Partitions } of pages) {
      if (Partitions === undefined) throw damagedAnswer(`partitions of the Glue table ${database}.${table}`);
      yield* Partitions.map(fromPartition);
    }
  } catch (error) {
    if (isNamed(error, 'EntityNotFoundException')) return;
    throw explainAwsError(error, `Glue table ${database}.${table}`, 'CATALOG');
  }
}
