import { PipelineError } from '../../../runtime/errors.ts';
import type { Column } from '../../../schema/types/column-type.ts';
import {
  isAsNoted,
  type MergedBase,
  type MergedFile,
  type MergedPartition,
} from '../../ledger/notes/merged-partition.ts';
import { isMerged, parseObjectName, topicOfFile } from '../../ledger/keys/object-keys.ts';
import type { ObjectInfo, ObjectStore } from '../../ports/lake.ts';
import type { OffsetRange } from '../../ports/topic.ts';
import { objectSource, type ParquetReader } from '../../ports/parquet.ts';
import { numbersRows } from '../../table/catalog/column-owner.ts';
import { replayOf, type Finding, type Problem } from '../findings/finding.ts';
import { coordinateColumns } from '../../table/objects/file-offsets.ts';
import { RewrittenOffsets } from '../rewritten/rewritten-offsets.ts';
import { RewrittenRanges, type RewrittenRange } from '../rewritten/rewritten-ranges.ts';
import { larger, smaller } from '../../../runtime/bigints.ts';

export interface FileAuditOptions {
  readonly store: ObjectStore;
  readonly parquet: ParquetReader;
  readonly topic: string;
  /** Reads columns and Kafka coordinates of the files. */
  readonly deep: boolean;
  /** Called with the columns of each file that was read. */
  readonly onColumns: (key: string, columns: readonly Column[]) => void;
}

/** What was found in the folder that a merged partition has moved to. */
export interface FolderAudit {
  /** Keys of the note's files whose rows are there, or are missing by a finding of their own: not of those that are still to be put. */
  readonly judged: ReadonlySet<string>;
  /** All of the note's files are there. */
  readonly isWhole: boolean;
  readonly findings: readonly Finding[];
}

/** Compares the objects of a merged partition's folder with its note. */
export async function auditMergedFiles(
  { files, movedAt }: MergedPartition,
  objects: readonly ObjectInfo[],
  options: FileAuditOptions,
): Promise<FolderAudit> {
  const found = new Map(objects.map((info) => [info.key, info]));
  const readsRows = options.deep && movedAt !== undefined;
  const audits: FileAudit[] = [];
  for (const file of files) {
    const holder = holderOf(file, found);
    audits.push(holder === undefined ? absent(file) : await auditPresent(file, holder, { ...options, readsRows }));
  }
  const expected = new Set(audits.flatMap(({ keys }) => keys));
  const others = objects.filter(({ key }) => !expected.has(key));
  return {
    judged: new Set(audits.flatMap(({ isJudged, keys: [key] }) => (isJudged ? [key] : []))),
    isWhole: audits.every(({ isThere }) => isThere),
    findings: [...audits.flatMap(({ findings }) => findings), ...others.map(unlisted)],
  };
}

/** What was found of one file of the note. */
interface FileAudit {
  /** Its key, and that of an object which has its rows, or should. */
  readonly keys: readonly [key: string, ...bases: string[]];
  readonly isThere: boolean;
  /** Its key is among the `judged` ones of the folder. */
  readonly isJudged: boolean;
  readonly findings: readonly Finding[];
}

/** What is to have the rows of a file of the note: that one, or one of an earlier revision, which has others, too. */
interface Holder {
  readonly info: ObjectInfo;
  /** It is of an earlier revision. */
  readonly base?: MergedBase;
}

/** Prefers one of the noted size: it is what the file will be made of. */
function holderOf(file: MergedFile, found: ReadonlyMap<string, ObjectInfo>): Holder | undefined {
  const own = found.get(file.key);
  if (own !== undefined) return { info: own };
  const bases = file.bytes === undefined ? (file.bases ?? []) : [];
  const holders = bases.flatMap((base) => {
    const info = found.get(base.key);
    return info === undefined ? [] : [{ base, info }];
  });
  return holders.find(({ base: { bytes }, info: { size } }) => bytes === undefined || bytes === size) ?? holders[0];
}

function absent(file: MergedFile): FileAudit {
  const findings = missing(file);
  return { keys: [file.key], isThere: false, isJudged: findings.length > 0, findings };
}

async function auditPresent(
  file: MergedFile,
  holder: Holder,
  { readsRows, ...options }: FileAuditOptions & { readonly readsRows: boolean },
): Promise<FileAudit> {
  const wrong = await auditFile(file, holder, options);
  const isThere = wrong.length === 0;
  const findings = isThere && readsRows ? await readMergedFile(file, holder, options) : wrong;
  const { key } = holder.info;
  return { keys: [file.key, ...(key === file.key ? [] : [key])], isThere, isJudged: true, findings };
}

/** One that was never there is somebody's work under way, whose rows are where they were. */
function missing(file: MergedFile): Finding[] {
  const what = `is noted with ${file.rows} rows of ${file.sources.length} objects, and not there`;
  return file.bytes === undefined ? [] : [about(file, 'object-missing', what)];
}

async function auditFile(
  file: MergedFile,
  { info: { key, size }, base }: Holder,
  { store, parquet }: FileAuditOptions,
): Promise<Finding[]> {
  const of = (problem: Problem, what: string): Finding[] => [about(file, problem, what, key)];
  const sum = file.sources.reduce((total, { rows }) => total + rows, 0);
  if (sum !== file.rows) return of('object-rows', `is noted with ${file.rows} rows, its sources with ${sum} rows`);
  const noted = base ?? file;
  if (noted.bytes !== undefined && noted.bytes !== size)
    return of('object-size', `has ${size} bytes, its note says ${noted.bytes}`);
  const info = noted.crc32 === undefined ? undefined : await store.head(key);
  if (info !== undefined && !isAsNoted(noted, info))
    return of('object-checksum', 'has another CRC-32 than its note says: other bytes than were written');
  if (info?.crc32 !== undefined) return [];
  return unlessDamaged(file, key, async () => {
    const rows = await parquet.rowCount(objectSource(store, { key, size }));
    return base !== undefined || rows === file.rows
      ? []
      : of('object-rows', `has ${rows} rows, its note says ${file.rows}`);
  });
}

/** Finds each row of the sources in the file, once, by its Kafka coordinates. */
async function readMergedFile(
  file: MergedFile,
  { info: { key, size }, base }: Holder,
  { store, parquet, topic, onColumns }: FileAuditOptions,
): Promise<Finding[]> {
  if (topicOfFile(key) !== topic) return [];
  return unlessDamaged(file, key, async () => {
    const columns = await parquet.columns(objectSource(store, { key, size }));
    onColumns(key, columns);
    const has = (wanted: string): boolean => columns.some(({ name }) => name === wanted);
    const lacksCoordinates = !coordinateColumns.every(has);
    const offsets = new RewrittenOffsets(rangesOf(file, { hasIndex: numbersRows(columns), lacksCoordinates }));
    const without = await offsets.read({ key, size }, { store, parquet });
    const action = actionOf(file);
    // what is to be left out of a base
    const others = base === undefined ? offsets.others + (lacksCoordinates ? 0 : without) : 0;
    const other = `has ${others} rows that are of none of its sources`;
    return [
      ...offsets.findings({ where: key, action }),
      ...(others > 0 ? [about(file, 'record-misplaced', other)] : []),
    ];
  });
}

function rangesOf(
  { sources }: MergedFile,
  how: Pick<RewrittenRange, 'hasIndex' | 'lacksCoordinates'>,
): RewrittenRanges {
  const ranges = new RewrittenRanges();
  for (const { key, rows } of sources) {
    const name = parseObjectName(key);
    if (name !== undefined) ranges.add({ ...name, ...how, rows, values: [] });
  }
  return ranges;
}

/** An object beside the files of the note: its rows count twice, or nobody knows them. */
export function unlisted({ key }: Pick<ObjectInfo, 'key'>): Finding {
  const isOurs = isMerged(key) || parseObjectName(key) !== undefined;
  const what =
    'lies among the files of merged partitions, and no note lists it: where the catalog has its partition there, queries read it';
  const action = isOurs
    ? 'glueless maintain deletes it where its rows are elsewhere, too; if it says that they are not, restore the notes (_ledger/<table>.merged/)'
    : 'look at it, then move it out of the table';
  return { problem: 'object-unlisted', where: key, what, action };
}

async function unlessDamaged(file: MergedFile, key: string, read: () => Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof PipelineError)) throw error;
    if (error.code === 'STORE_MISSING') return missing(file);
    if (error.code !== 'OBJECT_UNREADABLE') throw error;
    return [about(file, 'object-unreadable', `can't be read: ${error.message}`, key)];
  }
}

/** `where`: what is to have the file's rows. */
function about(file: MergedFile, problem: Problem, what: string, where = file.key): Finding {
  return { problem, where, what, action: actionOf(file) };
}

/** Most Kafka partitions whose ranges are printed. */
const rangesMax = 3;

function actionOf({ sources }: MergedFile): string {
  const ranges = new Map<number, OffsetRange>();
  for (const { key } of sources) {
    const name = parseObjectName(key);
    if (name === undefined) continue;
    const { partition, from, to } = name;
    const known = ranges.get(partition) ?? { partition, from, to };
    const range = { partition, from: smaller(from, known.from), to: larger(to, known.to) };
    ranges.set(partition, range);
  }
  const replays = [...ranges.values()].slice(0, rangesMax).map(replayOf);
  const more = ranges.size > rangesMax ? ` and ${ranges.size - rangesMax} Kafka partitions more` : '';
  return `restore it from an older version of the object, or ${replays.join(', ')}${more}`;
}
