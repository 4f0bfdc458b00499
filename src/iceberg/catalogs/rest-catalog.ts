import { z } from 'zod';
import { isRetryable, PipelineError } from '../../runtime/errors.ts';
import { rememberSuccess } from '../../runtime/memo.ts';
import type { CommitOutcome, CreateOutcome, IcebergCatalog, LoadedTable, TableChange } from '../iceberg-catalog.ts';
import { createRestClient, type RestAnswer, type RestAuthorization, type RestClient } from './rest-client.ts';
import { createRequestOf } from './rest-create.ts';
import { checkTableMetadata } from '../metadata/table-metadata.ts';
import { sameSnapshot, unmetRequirement, type TableRequirement } from '../metadata/table-requirements.ts';
import type { TableUpdate } from '../metadata/table-updates.ts';

export interface RestCatalogOptions {
  /** The catalog's address, without `/v1`. */
  readonly uri: string;
  /** Which of its catalogs: a name, or the ARN of a table bucket; empty for a catalog that has one only. */
  readonly warehouse: string;
  /** The namespace. */
  readonly database: string;
  readonly authorization: RestAuthorization;
}

const configSchema = z.object({
  defaults: z.record(z.string(), z.string()).default({}),
  overrides: z.record(z.string(), z.string()).default({}),
});

const tableSchema = z.object({ 'metadata-location': z.string(), metadata: z.unknown() });

/**
 * The tables of one namespace of a catalog that speaks Iceberg's REST protocol. The catalog writes metadata files and checks the
 * requirements itself: a change of properties alone that somebody made in between stays, and is no conflict.
 * Source: https://github.com/apache/iceberg/blob/main/open-api/rest-catalog-open-api.yaml
 */
export function createRestCatalog({ uri, warehouse, database, authorization }: RestCatalogOptions): IcebergCatalog {
  const client = createRestClient(uri, authorization);
  const namespaces = rememberSuccess<void, string>(() => fetchNamespacesPath(client, warehouse));
  const tablesPath = async (): Promise<string> => `${await namespaces()}/${encodeURIComponent(database)}/tables`;
  const pathOf = async (table: string): Promise<string> => `${await tablesPath()}/${encodeURIComponent(table)}`;

  const load = async (table: string): Promise<LoadedTable | undefined> => {
    const answer = await client.get(await pathOf(table));
    return answer.kind === 'done' ? readTable(table, answer.body) : undefined;
  };

  const create = async (table: string, updates: readonly TableUpdate[]): Promise<CreateOutcome> => {
    const request = createRequestOf(table, updates);
    const post = async (): Promise<RestAnswer> => client.post(await tablesPath(), request);
    let answer = await post();
    if (answer.kind === 'missing') {
      await client.post(await namespaces(), { namespace: [database], properties: {} });
      answer = await post();
    }
    if (answer.kind === 'missing') throw noNamespace(database, answer.error);
    return answer.kind === 'done' ? { kind: 'created', table: readTable(table, answer.body) } : { kind: 'exists' };
  };

  const commit = async (base: LoadedTable, change: TableChange): Promise<CommitOutcome> => {
    if (unmetRequirement(base.metadata, change.requirements) !== undefined) return { kind: 'conflict' };
    const requirements = [...baseRequirements(base), ...change.requirements];
    const identifier = { namespace: [database], name: base.name };
    try {
      const answer = await client.post(await pathOf(base.name), { identifier, requirements, updates: change.updates });
      if (answer.kind !== 'done') return { kind: 'conflict' };
      return { kind: 'committed', table: readTable(base.name, answer.body) };
    } catch (error) {
      if (!isRetryable(error)) throw error;
      const current = await load(base.name);
      if (current !== undefined && holdsSnapshots(current, change.updates))
        return { kind: 'committed', table: current };
      // what was sent may still arrive, unless the table is not any more what it has to be for that
      if (unmetRequirement(current?.metadata, requirements) === undefined) throw error;
      return { kind: 'conflict' };
    }
  };

  return { load, create, commit };
}

/** Asks for the catalog's prefix of paths. */
async function fetchNamespacesPath(client: RestClient, warehouse: string): Promise<string> {
  const query = warehouse === '' ? '' : `?warehouse=${encodeURIComponent(warehouse)}`;
  const answer = await client.get(`v1/config${query}`);
  if (answer.kind !== 'done') throw noConfiguration(answer.error);
  const parsed = configSchema.safeParse(answer.body);
  if (!parsed.success) throw noConfiguration(z.prettifyError(parsed.error));
  const { defaults, overrides } = parsed.data;
  const prefix = overrides['prefix'] ?? defaults['prefix'];
  // the prefix comes as it stands in paths: an ARN is encoded already
  return prefix === undefined ? 'v1/namespaces' : `v1/${prefix}/namespaces`;
}

/** What makes the table still be the base as far as a catalog can check it. */
function baseRequirements({ metadata }: LoadedTable): TableRequirement[] {
  const schema = { type: 'assert-current-schema-id', 'current-schema-id': metadata['current-schema-id'] } as const;
  return [...sameSnapshot(metadata), schema];
}

/** Tells whether the table has the snapshots that the updates add; their ids are drawn at random. */
function holdsSnapshots({ metadata }: LoadedTable, updates: readonly TableUpdate[]): boolean {
  const added = updates.flatMap((update) => (update.action === 'add-snapshot' ? [update.snapshot['snapshot-id']] : []));
  const present = new Set(metadata.snapshots.map((snapshot) => snapshot['snapshot-id']));
  return added.length > 0 && added.every((id) => present.has(id));
}

function readTable(name: string, body: unknown): LoadedTable {
  const parsed = tableSchema.safeParse(body);
  if (!parsed.success)
    throw new PipelineError('CATALOG_CORRUPT', {
      message: `the REST catalog's answer for the table ${name} is none: ${z.prettifyError(parsed.error)}`,
      retryable: false,
      details: { table: name },
    });
  const location = parsed.data['metadata-location'];
  return { name, metadata: checkTableMetadata(parsed.data.metadata, location), metadataLocation: location };
}

function noConfiguration(what: string): PipelineError {
  return new PipelineError('CATALOG_UNAVAILABLE', {
    message: `the REST catalog gives no configuration: ${what}`,
    retryable: false,
    hint: 'check the address of the catalog, which ends before /v1, and the name of the warehouse',
  });
}

function noNamespace(database: string, error: string): PipelineError {
  return new PipelineError('CATALOG_INVALID', {
    message: `the REST catalog makes no table in the namespace ${database}: ${error}`,
    retryable: false,
    hint: 'make the namespace with the catalog’s own tools, and let the credentials use it',
  });
}
