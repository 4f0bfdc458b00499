import { maintainIceberg } from '../../src/consumer/maintain/iceberg/maintain-iceberg.ts';
import type { UpkeepEvent } from '../../src/consumer/maintain/upkeep.ts';
import { verify } from '../../src/consumer/audit/verify.ts';
import type { ReplacedBatch } from '../../src/consumer/commit/tools/publication.ts';
import { objectKey } from '../../src/consumer/ledger/keys/object-keys.ts';
import type { ParquetRewriter } from '../../src/consumer/ports/parquet-rewriter.ts';
import { loadTable } from '../../src/consumer/snapshot/load-table.ts';
import { createPublication } from '../../src/consumer/snapshot/replace-files.ts';
import { snapshotProperty } from '../../src/consumer/snapshot/table-positions.ts';
import { PipelineError } from '../../src/runtime/errors.ts';
import { msPerDay, msPerHour } from '../../src/runtime/duration.ts';
import { hivePath, partitionKeys } from '../../src/schema/partitions/layout.ts';
import type { LargeTable } from './large-table.ts';

/** Jobs to be measured; each answers with what it did. */
export const jobs: Readonly<Record<string, (large: LargeTable) => Promise<string>>> = {
  'start of consume': async ({ tools }) =>
    `${(await loadTable('readings', tools))?.metadata.snapshots.length} snapshots`,
  'start of consume, our snapshot expired by others': checkByFiles,
  'replay of one batch': (large) => replace(large, 1),
  'replay of 500 batches': (large) => replace(large, 500),
  verify: audit,
  'maintain: days that expire': (large) =>
    maintain(large, { expiredBefore: new Date(large.nowMs - 7 * msPerDay).toISOString().slice(0, 10), targetBytes: 1 }),
  'maintain: small files of all hours': (large) => maintain(large, { targetBytes: 128 * 2 ** 20 }),
};

/** After another engine has expired our snapshot only the files tell whether the table was set back. The computed ones say that it was: all are looked at. */
async function checkByFiles({ tools }: LargeTable): Promise<string> {
  const table = await tools.iceberg.load('readings');
  if (table === undefined) throw new Error('there is no table');
  await tools.iceberg.commit(table, {
    requirements: [],
    updates: [{ action: 'set-properties', updates: { [snapshotProperty]: '1' } }],
  });
  return loadTable('readings', tools).then(
    () => 'not set back',
    (error: unknown) => (error instanceof PipelineError ? error.code : String(error)),
  );
}

async function replace({ year, tools, batches }: LargeTable, count: number): Promise<string> {
  const keys = partitionKeys('hour').map(({ name }) => name);
  const replaced = Array.from({ length: count }, (_, index): ReplacedBatch => {
    const { outcome, ...entry } = year.entry(1, Math.floor((index * batches) / count));
    const range = { ...entry, generation: entry.generation + 1 };
    const after = outcome.objects.map((object) => ({
      ...object,
      key: objectKey(range, hivePath(keys, object.partition)),
    }));
    return { range, objects: { before: outcome.objects, generation: entry.generation, isUnfinished: false, after } };
  });
  await createPublication(tools).replace(replaced);
  return `${count} files exchanged`;
}

async function audit({ year, tools, catalog, nowMs }: LargeTable): Promise<string> {
  const { partitions, findings, findingCount } = await verify({
    ...tools,
    store: year,
    catalog,
    nowMs,
    claimAgeMaxMs: msPerHour,
  });
  const [first] = findings;
  const entries = partitions.reduce((sum, each) => sum + each.entries, 0);
  const example = first === undefined ? '' : `, for example ${first.problem}: ${first.where} ${first.what}`;
  return `${entries} entries read, ${findingCount} findings${example}`;
}

/** Stands for DuckDB, which has memory of its own: all data files are computed here. */
function createIdleRewriter({ year, batches }: LargeTable): ParquetRewriter {
  const [object] = year.entry(0, batches - 1).outcome.objects;
  if (object === undefined) throw new Error('a batch has an object');
  const { rows, bytes, crc32 = 0 } = object;
  return {
    check: () => Promise.resolve(),
    rewrite: ({ key, sources }) => Promise.resolve({ key, rows: rows * sources.length, leftOutRows: 0, bytes, crc32 }),
  };
}

async function maintain(
  large: LargeTable,
  upkeep: { readonly targetBytes: number; readonly expiredBefore?: string },
): Promise<string> {
  const { tools, nowMs } = large;
  const events: UpkeepEvent[] = [];
  const whole = { closedBeforeMs: nowMs, expiredBefore: undefined, orphansBeforeMs: nowMs, isDryRun: false, ...upkeep };
  const upkeepTools = { ...tools, rewriter: createIdleRewriter(large), isShared: false, eventTimeField: 'eventTime' };
  await maintainIceberg(whole, (event) => events.push(event), upkeepTools);
  const files = events.reduce((sum, event) => sum + ('files' in event ? event.files : 0), 0);
  const kinds = new Set(events.map(({ kind }) => kind));
  return `${events.length} changes (${[...kinds].join(', ')}), ${files} files`;
}
