import { PipelineError } from '../../../runtime/errors.ts';
import {
  findBase,
  readMerged,
  type MergedFile,
  type MergedPartition,
  type StoredNote,
} from '../../ledger/notes/merged-partition.ts';
import type { ObjectInfo, ObjectStore } from '../../ports/lake.ts';
import type { RewriteRequest } from '../../ports/parquet-rewriter.ts';
import { isFileFailure } from '../file-failure.ts';
import { listMergedFiles } from './list-merged-files.ts';
import { progressTeller } from '../tell-progress.ts';
import type { MergeTools, HivePartition } from './merge-tools.ts';
import { objectSource } from '../../ports/parquet.ts';
import { coordinateColumns } from '../../table/objects/file-offsets.ts';

/** What became of the files that a note lists. */
export interface Filled {
  /** The note with the size of each file that is there. */
  readonly note: MergedPartition;
  /** All of them are there. */
  readonly isWhole: boolean;
}

/** Thrown when another process has changed the note: what was to be put may be obsolete by now. */
export class NoteChanged extends Error {}

/** Larger objects are not read into memory. */
const copyBytesMax = 64 * 1024 * 1024;

interface FillContext {
  readonly hivePartition: HivePartition;
  /** Objects in the old folder, by their keys. */
  readonly old: ReadonlyMap<string, ObjectInfo>;
  readonly stored: StoredNote;
  readonly tools: MergeTools;
}

/**
 * Puts the files that the note lists and that are not there yet. Whoever does it puts the same rows, under the same keys, if they are free. Rejects
 * with `NoteChanged` when the note has changed.
 */
export async function putMergedFiles(context: FillContext): Promise<Filled> {
  const { hivePartition, stored, tools } = context;
  const there = await listMergedFiles(tools.store, hivePartition.table.name, hivePartition.hivePath);
  const files: MergedFile[] = [];
  const left: string[] = [];
  for (const file of stored.note.files) {
    const size = there.get(file.key);
    if (file.bytes !== undefined && size === file.bytes) files.push(file);
    else {
      const filled = await fillFile(file, size, context, (why) => left.push(why));
      files.push(filled ?? file);
    }
  }
  for (const why of new Set(left))
    tools.observe({
      kind: 'left-alone',
      table: hivePartition.table.name,
      partition: hivePartition.values,
      files: left.length,
      why,
    });
  return { note: { ...stored.note, files }, isWhole: left.length === 0 };
}

/** Gives the file with its size when it is there, and tells why when it can't be. */
async function fillFile(
  file: MergedFile,
  size: number | undefined,
  context: FillContext,
  onLeft: (why: string) => void,
): Promise<MergedFile | undefined> {
  if (size !== undefined && file.bytes !== undefined) {
    onLeft(`${file.key} has ${size} bytes, written were ${file.bytes}: \`glueless verify\` says more`);
    return undefined;
  }
  try {
    if (size === undefined) await write(file, context);
    return await found(file, context.tools);
  } catch (error) {
    if (!isFileFailure(error)) throw error;
    onLeft(error.message);
    return undefined;
  }
}

/** The file as it lies in the lake. Rejects with OBJECT_UNREADABLE when it has other rows than it is to have. */
async function found(file: MergedFile, { store, parquet }: MergeTools): Promise<MergedFile> {
  const info = await store.head(file.key);
  if (info === undefined) throw missing(file.key, 'it is gone again');
  const { size, crc32: checksum } = info;
  const rows = await parquet.rowCount(objectSource(store, info));
  if (rows !== file.rows) throw unlike(file, rows);
  const { bases: _made, ...rest } = file;
  return { ...rest, bytes: size, ...(checksum !== undefined && { crc32: checksum }) };
}

async function write(file: MergedFile, context: FillContext): Promise<void> {
  const { old, tools } = context;
  const base = await findBase(file, tools.store);
  if (base !== undefined)
    return rewrite(file, { sources: [{ key: base.key, bytes: base.size }], leftOut: base.leftOut }, context);
  const sources = file.sources.map(({ key }) => {
    const info = old.get(key);
    if (info === undefined) throw missing(key, `${file.key} can't be made without it: replay its range`);
    return { key, bytes: info.size };
  });
  const [first] = sources;
  if (first !== undefined && first.bytes <= copyBytesMax && isCopy(file)) {
    await check(file, { rows: file.rows, leftOutRows: 0 }, context);
    return copy(first.key, file.key, tools.store);
  }
  return rewrite(file, { sources }, context);
}

/** True for a file that is named like its only source. */
function isCopy({ key, sources: [first, ...others] }: MergedFile): boolean {
  return others.length === 0 && first?.key.endsWith(key.slice(key.lastIndexOf('/'))) === true;
}

async function copy(from: string, to: string, store: ObjectStore): Promise<void> {
  const stored = await store.get(from);
  if (stored === undefined) throw missing(from, 'it is gone meanwhile');
  await store.put(to, stored.bytes, { ifAbsent: true });
}

async function rewrite(
  file: MergedFile,
  how: Pick<RewriteRequest, 'sources' | 'leftOut'>,
  context: FillContext,
): Promise<void> {
  const { hivePartition, tools } = context;
  const rewriter = await tools.openRewriter();
  // the table has the columns of each object before that is put: as it is now it has those of all sources
  const table = await tools.catalog.load(hivePartition.table.name);
  if (table === undefined) throw missing(file.key, 'the table is not in the catalog');
  await rewriter.rewrite({
    ...how,
    key: file.key,
    columns: table.columns,
    keepsAll: true,
    orderBy: [tools.eventTimeField.toLowerCase(), ...coordinateColumns],
    confirm: (written) => check(file, written, context),
    onProgress: progressTeller(
      { table: table.name, partition: hivePartition.values, files: how.sources.length },
      { observe: tools.observe, clock: tools.clock },
    ),
  });
}

/** Call it right before a put: the rows must be those that the note says, and the note still be the one that we fulfil. */
async function check(
  file: MergedFile,
  { rows }: { readonly rows: number; readonly leftOutRows: number },
  { hivePartition, stored, tools }: FillContext,
): Promise<void> {
  if (rows !== file.rows) throw unlike(file, rows);
  const now = await readMerged(tools.store, hivePartition.table.name, stored.hivePath);
  if (now?.version !== stored.version) throw new NoteChanged('another process has changed the note');
}

function missing(key: string, what: string): PipelineError {
  return new PipelineError('STORE_MISSING', {
    message: `${key} is not there: ${what}`,
    retryable: false,
    details: { key },
  });
}

function unlike({ key, rows }: MergedFile, present: number): PipelineError {
  return new PipelineError('OBJECT_UNREADABLE', {
    message: `${key} has ${present} rows, expected ${rows}: \`glueless verify\` says more`,
    retryable: false,
    details: { key },
  });
}
