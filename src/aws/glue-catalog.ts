import {
  CreateDatabaseCommand,
  CreateTableCommand,
  DeletePartitionCommand,
  GetTableCommand,
  GlueClient,
  paginateGetPartitions,
  UpdateTableCommand,
  type Table,
} from '@aws-sdk/client-glue';
import { checkDefinition, checkPartition } from '../consumer/ports/catalog-rules.ts';
import type { Catalog, RegisteredPartition, TableDefinition } from '../consumer/ports/lake.ts';
import { PipelineError } from '../runtime/errors.ts';
import { countRequests } from './count-requests.ts';
import { clientOptions, type AwsOptions } from './client-options.ts';
import { explainAwsError, isNamed } from './explain-aws-error.ts';
import { registerPartitions, typesOf } from './glue-partitions.ts';
import { fromTable, tableInput, updatedInput } from './glue-table.ts';

export interface GlueOptions extends AwsOptions {
  readonly database: string;
}

/** Most partitions per BatchCreatePartition request. */
const partitionsMax = 100;

/** A catalog of one database of the AWS Glue Data Catalog. A table's version is Glue's `VersionId`. */
export function createGlueCatalog(options: GlueOptions): Catalog {
  const { database } = options;
  const client = countRequests(new GlueClient(clientOptions(options)));
  const explained = async <T>(table: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw explainAwsError(error, `Glue table ${database}.${table}`, 'CATALOG');
    }
  };
  const fetchTable = async (name: string): Promise<Table | undefined> => {
    try {
      const { Table } = await client.send(new GetTableCommand({ DatabaseName: database, Name: name }));
      if (Table === undefined) throw damagedAnswer(`Glue table ${database}.${name}`);
      return Table;
    } catch (error) {
      if (isNamed(error, 'EntityNotFoundException')) return undefined;
      throw error;
    }
  };

  return {
    load: (name) =>
      explained(name, async () => {
        const table = await fetchTable(name);
        return table && fromTable(table);
      }),

    create: (definition) =>
      explained(definition.name, async () => {
        checkDefinition(definition);
        await createDatabase(client, database);
        return createTable(client, database, definition);
      }),

    evolve: ({ table: name, expectedVersion, addColumns, replaceColumns = [], parameters = {} }) =>
      explained(name, async () => {
        const table = await fetchTable(name);
        if (table === undefined || (table.VersionId ?? '') !== expectedVersion) return 'conflict';
        const input = updatedInput(table, { addColumns, replaceColumns, parameters });
        checkDefinition(fromTable({ ...table, ...input }));
        try {
          await client.send(
            new UpdateTableCommand({
              DatabaseName: database,
              TableInput: input,
              VersionId: expectedVersion,
              SkipArchive: true,
            }),
          );
          return 'evolved';
        } catch (error) {
          if (isNamed(error, 'ConcurrentModificationException', 'VersionMismatchException')) return 'conflict';
          throw error;
        }
      }),

    addPartitions: (table, partitions) =>
      explained(table.name, async () => {
        for (const partition of partitions) checkPartition(table, partition);
        for (let first = 0; first < partitions.length; first += partitionsMax) {
          await registerPartitions(client, { database, table }, partitions.slice(first, first + partitionsMax));
        }
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

/** An answer without what was asked for is none: a table is missing only when Glue says so. */
function damagedAnswer(where: string): PipelineError {
  return new PipelineError('CATALOG_UNAVAILABLE', { message: `${where}: the answer arrived empty`, retryable: true });
}

async function createDatabase(client: GlueClient, database: string): Promise<void> {
  try {
    await client.send(new CreateDatabaseCommand({ DatabaseInput: { Name: database } }));
  } catch (error) {
    // who may not create databases can still use one that exists: creating the table will tell
    if (!isNamed(error, 'AlreadyExistsException', 'AccessDeniedException')) throw error;
  }
}

async function createTable(
  client: GlueClient,
  database: string,
  definition: TableDefinition,
): Promise<'created' | 'exists'> {
  try {
    await client.send(new CreateTableCommand({ DatabaseName: database, TableInput: tableInput(definition) }));
    return 'created';
  } catch (error) {
    if (isNamed(error, 'AlreadyExistsException')) return 'exists';
    throw error;
  }
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
      for (const { Values = [], StorageDescriptor } of Partitions) {
        const types = typesOf(StorageDescriptor);
        yield { values: Values, location: StorageDescriptor?.Location ?? '', types };
      }
    }
  } catch (error) {
    if (isNamed(error, 'EntityNotFoundException')) return;
    throw explainAwsError(error, `Glue table ${database}.${table}`, 'CATALOG');
  }
}
