import type { OffsetRange } from '../../ports/topic.ts';
import { format1Generation } from './format-1.ts';
import type { LedgerPath } from './ledger-keys.ts';

/** What of an entry decides the keys of its objects. */
export interface ObjectRange extends LedgerPath, OffsetRange {
  readonly generation: number;
}

/** What an object's name says about its content. */
export interface ObjectName extends OffsetRange {
  readonly topic: string;
  readonly generation: number;
}

/**
 * `<table>/<Hive partition>/kafka-<topic>-<partition>-<from>-<to>-g<generation>.parquet`: a function of the claim and the Hive
 * partition, so that every try, on any machine, writes the same keys. It never begins with `_` or `.`, which readers skip.
 */
export function objectKey({ table, topic, partition, from, to, generation }: ObjectRange, hivePath: string): string {
  const folder = hivePath === '' ? table : `${table}/${hivePath}`;
  return `${folder}/${namePrefix({ topic, partition })}${from}-${to}-g${generation}.parquet`;
}

/** How the names of a Kafka partition's objects begin. */
export function namePrefix({ topic, partition }: Pick<ObjectRange, 'topic' | 'partition'>): string {
  return `kafka-${topic}-${partition}-`;
}

const namePattern = /^kafka-(?<topic>[\w.-]+)-(?<partition>\d+)-(?<from>\d+)-(?<to>\d+)-g(?<generation>\d+)\.parquet$/;
const mergedPattern = /^merged-(?<topic>[\w.-]+)-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.parquet$/;
const format1Pattern = /^(?<topic>[\w.-]+)-(?<partition>\d+)-(?<from>\d+)-(?<to>\d+)(?:\.redrive-\d+)?\.parquet$/;
/** How names end that upkeep and other engines give. The id may have nothing but digits where those of ledger format 1 have offsets. */
const idPattern = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?:-\d+)?\.parquet$/;

/** Reads a key's last component; `undefined` when the object is not one of ours. */
export function parseObjectName(key: string): ObjectName | undefined {
  const name = key.slice(key.lastIndexOf('/') + 1);
  const groups = (namePattern.exec(name) ?? (idPattern.test(name) ? null : format1Pattern.exec(name)))?.groups;
  if (groups === undefined) return undefined;
  const { topic = '', partition = '', from = '', to = '', generation = format1Generation } = groups;
  return {
    topic,
    partition: Number(partition),
    from: BigInt(from),
    to: BigInt(to),
    generation: Number(generation),
  };
}

/**
 * The folder that merged partitions of the table move to: beside the table's, so that a listing of one shows nothing of the other. No table has a
 * dot in its name.
 */
export function mergedFolder(table: string): string {
  return `${table}.merged`;
}

/** `<table>/<Hive partition>/merged-<topic>-<id>.parquet`: rows of one topic's files, under a name that nobody else takes. */
export function mergedKey(
  { table, topic, id }: { table: string; topic: string; id: string },
  hivePath: string,
): string {
  const folder = hivePath === '' ? table : `${table}/${hivePath}`;
  return `${folder}/merged-${topic}-${id}.parquet`;
}

/** The new folder of a Hive partition, with a slash at its end. */
export function mergedPrefix(table: string, hivePath: string): string {
  return `${mergedFolder(table)}/${hivePath}/`;
}

/** Gives the topic whose rows the file holds; `undefined` when it is not one of ours. */
export function topicOfFile(key: string): string | undefined {
  return parseObjectName(key)?.topic ?? mergedPattern.exec(key.slice(key.lastIndexOf('/') + 1))?.groups?.['topic'];
}

/** True for a file of rows that were merged. */
export function isMerged(key: string): boolean {
  return mergedPattern.test(key.slice(key.lastIndexOf('/') + 1));
}

/** True when only Hive partitions lie between the table's folder and the file: any other folder in there is somebody else's, a lake of ours, too. */
export function isInPartition(key: string, table: string): boolean {
  if (!key.startsWith(`${table}/`)) return false;
  const folders = key
    .slice(table.length + 1)
    .split('/')
    .slice(0, -1);
  return folders.every((folder) => folder.includes('='));
}

/** The Hive partition that the key lies in, as `event_date=2026-11-23/event_hour=09`; empty for a key right in the table's folder. */
export function hivePathOf(key: string, table: string): string {
  return key.slice(table.length + 1, Math.max(table.length + 1, key.lastIndexOf('/')));
}

/** True for an empty object whose name ends in `/`: consoles of object stores make one for a folder, and nobody reads it. */
export function isFolderMarker({ key, size }: { readonly key: string; readonly size: number }): boolean {
  return size === 0 && key.endsWith('/');
}

/** Query engines skip what begins with `_` or `.`; so does the audit. */
export function isHidden(key: string): boolean {
  return key.split('/').some((component) => component.startsWith('_') || component.startsWith('.'));
}
