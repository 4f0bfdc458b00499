import type { LoadedTable } from '../../iceberg/iceberg-catalog.ts';
import { columnsOfFields, fieldIdsOf } from '../../iceberg/metadata/iceberg-columns.ts';
import { currentSchema } from '../../iceberg/metadata/table-metadata.ts';
import { PipelineError } from '../../runtime/errors.ts';
import { msPerHour } from '../../runtime/duration.ts';
import { mergedKey } from '../ledger/keys/object-keys.ts';
import type { ParquetRewriter, RewrittenObject } from '../ports/parquet-rewriter.ts';
import type { OffsetRange } from '../ports/topic.ts';
import { isDamage, isReplacedWhole } from './damaged-files.ts';
import type { UnlistedFile } from './unlisted-files.ts';
import type { SnapshotTools } from './snapshot-tools.ts';

/** A file written again without replaced rows; without an object where nothing of it is left. */
export interface RewrittenFile {
  readonly file: UnlistedFile;
  readonly object: RewrittenObject | undefined;
}

/** A file that was written longer ago is not made part of the table: upkeep may have deleted it as one that nobody needs. */
const ageMaxMs = msPerHour;

/** Writes files again without the rows that are replaced, each once, however often their change is tried. */
export class UnlistedFilesRewriter {
  readonly #tools: SnapshotTools;
  readonly #done = new Map<string, { readonly object: RewrittenObject; readonly writtenMs: number }>();

  /** Files that can be written again, each with the table's schema. */
  readonly #checked = new Set<string>();

  constructor(tools: SnapshotTools) {
    this.#tools = tools;
  }

  /** Rejects with TABLE_MISMATCH when one of the files can't be written again, and as `rewrite` does for a damaged one. */
  async check(
    { name, metadata }: LoadedTable,
    files: readonly UnlistedFile[],
    replaced: readonly OffsetRange[],
  ): Promise<void> {
    const { fields } = currentSchema(metadata);
    for (const file of files) {
      const { key, uri, bytes } = file;
      const id = JSON.stringify([metadata['current-schema-id'], uri]);
      if (this.#checked.has(id)) continue;
      const rewriter = await this.#open(name, key);
      const target = { columns: columnsOfFields(fields, name), fieldIds: fieldIdsOf(fields) };
      await this.#unlessDamaged(file, replaced, async () => {
        await rewriter.check({ sources: [{ key, bytes }], ...target });
        this.#checked.add(id);
      });
    }
  }

  /**
   * Gives the files that had such rows. Files do not change: what was written for one stays right as long as the table has it. One that is damaged or gone is
   * given up when all of its rows are `replaced`; else it rejects with OBJECT_UNREADABLE or STORE_MISSING.
   */
  async rewrite(
    table: LoadedTable,
    files: readonly UnlistedFile[],
    replaced: readonly OffsetRange[],
  ): Promise<RewrittenFile[]> {
    const rewritten: RewrittenFile[] = [];
    for (const file of files) {
      const object = await this.#unlessDamaged(file, replaced, () => this.#rewriteOnce(table, file));
      if (object === undefined) rewritten.push({ file, object });
      else if (object.leftOutRows > 0) rewritten.push({ file, object: object.rows > 0 ? object : undefined });
    }
    return rewritten;
  }

  /** Gives `undefined` for a damaged file of which nothing is needed. */
  async #unlessDamaged<T>(
    { uri, bounds }: UnlistedFile,
    replaced: readonly OffsetRange[],
    work: () => Promise<T>,
  ): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      if (!isDamage(error)) throw error;
      if (bounds !== undefined && (await isReplacedWhole(bounds, replaced, this.#tools))) return undefined;
      throw neededWhole(uri, error);
    }
  }

  async #rewriteOnce(table: LoadedTable, file: UnlistedFile): Promise<RewrittenObject> {
    const { clock } = this.#tools;
    const schemaId = table.metadata['current-schema-id'];
    const id = JSON.stringify([schemaId, file.uri, file.leftOut.map(({ from, to }) => [`${from}`, `${to}`])]);
    const known = this.#done.get(id);
    if (known !== undefined && clock.monotonicMs() - known.writtenMs < ageMaxMs) return known.object;
    const writtenMs = clock.monotonicMs();
    const object = await this.#write(table, file);
    this.#done.set(id, { object, writtenMs });
    return object;
  }

  async #write({ name, metadata }: LoadedTable, { key, bytes, leftOut }: UnlistedFile) {
    const { topic, newTryId, store } = this.#tools;
    const { fields } = currentSchema(metadata);
    const rewriter = await this.#open(name, key);
    const object = await rewriter.rewrite({
      sources: [{ key, bytes }],
      key: mergedKey({ table: name, topic, id: newTryId() }, folderWithin(name, key)),
      columns: columnsOfFields(fields, name),
      fieldIds: fieldIdsOf(fields),
      orderBy: [],
      leftOut,
    });
    // nothing has named it, and nothing will
    if (object.leftOutRows === 0 && object.rows > 0) await store.delete([object.key]);
    return object;
  }

  async #open(table: string, key: string): Promise<ParquetRewriter> {
    const { openRewriter } = this.#tools;
    if (openRewriter === undefined) throw notHere(table, key);
    return openRewriter();
  }
}

/** The file's folder within the table's; files that other engines put elsewhere are written again into the table's own. */
function folderWithin(table: string, key: string): string {
  const folder = key.startsWith(`${table}/`) ? key.slice(table.length + 1) : '';
  return folder.slice(0, Math.max(0, folder.lastIndexOf('/')));
}

function neededWhole(uri: string, cause: PipelineError): PipelineError {
  return new PipelineError(cause.code, {
    message: `${uri} has rows of the range and of others, and can’t be read: ${cause.message}`,
    retryable: false,
    cause,
    details: { uri },
    hint: 'restore it from an older version; or, while Kafka holds all of its records, replay them together: `glueless replay` with --from-time and --to-time around them, or --all',
  });
}

function notHere(table: string, key: string): PipelineError {
  return new PipelineError('TABLE_MISMATCH', {
    message: `${key} of the table ${table} holds rows of the range among others, and this process writes no such file again`,
    retryable: false,
    details: { table, key },
    hint: 'run `glueless replay` for the range',
  });
}
