import { describe, expect, it } from 'vitest';
import { readAvroFile, writeAvroFile, type AvroFile } from '../../../src/iceberg/avro/avro-file.ts';
import { isRecord } from '../../../src/iceberg/avro/avro-schema.ts';
import { readManifestList } from '../../../src/iceberg/manifests/manifest-list.ts';
import { readDataFiles } from '../../../src/iceberg/manifests/read-snapshot.ts';
import { currentSnapshot } from '../../../src/iceberg/metadata/table-metadata.ts';
import {
  appendFiles,
  createTable,
  loadTable,
  openIcebergLake,
  putFile,
  type IcebergTestLake,
} from '../../support/iceberg-lake.ts';

/** Rewrites the current snapshot's list of manifests. */
async function rewriteList(lake: IcebergTestLake, change: (list: AvroFile) => AvroFile): Promise<string> {
  const { metadata } = await loadTable(lake);
  const uri = currentSnapshot(metadata)?.['manifest-list'] ?? '';
  await lake.store.put(lake.files.keyOf(uri), writeAvroFile(change(readAvroFile(await lake.files.read(uri), uri))));
  return uri;
}

/** The fields of a list under other names. */
function renamed({ schema, metadata, records }: AvroFile, rename: (name: string) => string): AvroFile {
  if (typeof schema === 'string' || !isRecord(schema)) throw new Error('a list holds records');
  const fields = schema.fields.map((field) => ({ ...field, name: rename(field.name) }));
  const entries = records.map((record) => Object.entries(Object(record)).map(([name, value]) => [rename(name), value]));
  return { schema: { ...schema, fields }, metadata, records: entries.map((each) => Object.fromEntries(each)) };
}

describe('a list of manifests', () => {
  it('is read by the ids of its fields: a commit behind one of the Java library’s older names keeps its files', async () => {
    const lake = await openIcebergLake();
    await createTable(lake);
    const [first, second] = [
      await putFile(lake, await loadTable(lake), { offsets: [0n] }),
      await putFile(lake, await loadTable(lake), { offsets: [1n] }),
    ];
    await appendFiles(lake, first);
    await rewriteList(lake, (list) => renamed(list, (name) => name.replace(/_files_count$/, '_data_files_count')));
    await appendFiles(lake, second);
    const { metadata } = await loadTable(lake);
    const files = await Array.fromAsync(readDataFiles(currentSnapshot(metadata), lake.files));
    expect(files.map(({ data_file: file }) => file.file_path).toSorted()).toEqual(
      [first.file_path, second.file_path].toSorted(),
    );
  });

  it('is refused where it does not say how many files a manifest has', async () => {
    const lake = await openIcebergLake();
    await createTable(lake);
    await appendFiles(lake, await putFile(lake, await loadTable(lake), { offsets: [0n] }));
    const uri = await rewriteList(lake, ({ schema, ...list }) => {
      if (typeof schema === 'string' || !isRecord(schema)) throw new Error('a list holds records');
      return {
        ...list,
        schema: { ...schema, fields: schema.fields.filter(({ name }) => name !== 'added_files_count') },
      };
    });
    const bytes = await lake.files.read(uri);
    expect(() => readManifestList(bytes, uri)).toThrow(expect.objectContaining({ code: 'CATALOG_CORRUPT' }));
  });
});
