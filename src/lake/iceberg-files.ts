import type { ObjectStore } from '../consumer/ports/lake.ts';
import type { IcebergCatalog } from '../iceberg/iceberg-catalog.ts';
import { manifestContent, readDataFiles, readManifests } from '../iceberg/manifests/read-snapshot.ts';
import { TableFiles } from '../iceberg/manifests/table-files.ts';
import { currentSnapshot } from '../iceberg/metadata/table-metadata.ts';
import { PipelineError } from '../runtime/errors.ts';

/**
 * Gives the URIs of the data files that readers of the table see now. Rejects with QUERY_FAILED when other engines have deleted rows
 * without rewriting their files.
 */
export async function liveFiles(iceberg: IcebergCatalog, store: ObjectStore, name: string): Promise<string[]> {
  const table = await iceberg.load(name);
  const snapshot = table && currentSnapshot(table.metadata);
  const files = new TableFiles(store);
  const manifests = await readManifests(snapshot, files);
  if (manifests.some(({ content }) => content !== manifestContent.data)) throw withDeletes(name);
  const uris: string[] = [];
  for await (const { data_file: file } of readDataFiles(snapshot, files))
    uris.push(store.uri(files.keyOf(file.file_path)));
  return uris;
}

function withDeletes(table: string): PipelineError {
  return new PipelineError('QUERY_FAILED', {
    message: `the table ${table} has files of deletes, which this reader does not apply`,
    retryable: false,
    hint: 'query it with an engine that knows Iceberg, or let one rewrite the table’s files',
  });
}
