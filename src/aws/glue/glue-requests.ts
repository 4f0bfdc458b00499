import {
  CreateDatabaseCommand,
  CreateTableCommand,
  GetTableCommand,
  GlueClient,
  UpdateTableCommand,
  type Table,
  type TableInput,
} from '@aws-sdk/client-glue';
import { PipelineError } from '../../runtime/errors.ts';
import { clientOptions, type AwsOptions } from '../client/client-options.ts';
import { countRequests } from '../client/count-requests.ts';
import { explainAwsError, isNamed } from '../client/explain-aws-error.ts';

export interface GlueOptions extends AwsOptions {
  readonly database: string;
}

/** One database of the AWS Glue Data Catalog, and requests for its tables as they are. A table's version is Glue's `VersionId`. */
export interface GlueDatabase {
  readonly client: GlueClient;
  readonly database: string;
  fetchTable(name: string): Promise<Table | undefined>;
  /** Creates the database too when it is missing. */
  createTable(input: TableInput): Promise<'stored' | 'refused'>;
  updateTable(input: TableInput, expectedVersion: string): Promise<'stored' | 'refused'>;
  /** Explains the errors of the work. */
  explained<T>(table: string, work: () => Promise<T>): Promise<T>;
}

export function openGlueDatabase(options: GlueOptions): GlueDatabase {
  const { database } = options;
  const client = countRequests(new GlueClient(clientOptions(options)));
  return {
    client,
    database,
    explained: async (table, work) => {
      try {
        return await work();
      } catch (error) {
        throw explainAwsError(error, `Glue table ${database}.${table}`, 'CATALOG');
      }
    },
    fetchTable: (name) => fetchTable(client, database, name),
    createTable: async (input) => {
      const denied = await createDatabase(client, database);
      const request = client.send(new CreateTableCommand({ DatabaseName: database, TableInput: input }));
      try {
        return await unlessNamed(request, ['AlreadyExistsException']);
      } catch (error) {
        throw denied !== undefined && isNamed(error, 'EntityNotFoundException') ? denied : error;
      }
    },
    updateTable: (input, expectedVersion) => {
      const change = { DatabaseName: database, TableInput: input, VersionId: expectedVersion, SkipArchive: true };
      return unlessNamed(client.send(new UpdateTableCommand(change)), [
        'ConcurrentModificationException',
        'VersionMismatchException',
      ]);
    },
  };
}

async function fetchTable(client: GlueClient, database: string, name: string): Promise<Table | undefined> {
  try {
    const { Table } = await client.send(new GetTableCommand({ DatabaseName: database, Name: name }));
    if (Table === undefined) throw damagedAnswer(`Glue table ${database}.${name}`);
    return Table;
  } catch (error) {
    if (isNamed(error, 'EntityNotFoundException')) return undefined;
    throw error;
  }
}

/** An answer without what was asked for is none: a table is missing only when Glue says so. */
export function damagedAnswer(where: string): PipelineError {
  return new PipelineError('CATALOG_UNAVAILABLE', { message: `${where}: the answer arrived empty`, retryable: true });
}

/** Answers with the error where that is denied: who may not create databases can still use one that exists. */
async function createDatabase(client: GlueClient, database: string): Promise<unknown> {
  try {
    await client.send(new CreateDatabaseCommand({ DatabaseInput: { Name: database } }));
  } catch (error) {
    if (isNamed(error, 'AccessDeniedException')) return error;
    if (!isNamed(error, 'AlreadyExistsException')) throw error;
  }
  return undefined;
}

/** Gives `refused` for an error of these names. */
async function unlessNamed(request: Promise<unknown>, names: readonly string[]): Promise<'stored' | 'refused'> {
  try {
    await request;
    return 'stored';
  } catch (error) {
    if (isNamed(error, ...names)) return 'refused';
    throw error;
  }
}
