/** One topic's part of the ledger of one table. */
export interface TopicPath {
  readonly table: string;
  readonly topic: string;
}

/** One Kafka partition's part of it. */
export interface LedgerPath extends TopicPath {
  readonly partition: number;
}

/** Behind every offset that Kafka can give. */
export const offsetsEnd = 2n ** 63n;

const ledgerRoot = '_ledger';
const offsetDigits = 20;
const entryEnd = '.json';
const segmentEnd = '.jsonl.zst';

/** `_ledger/<table>/<topic>/`: everything the ledger holds of one topic in one table. */
export function topicPrefix({ table, topic }: TopicPath): string {
  return `${ledgerRoot}/${table}/${topic}/`;
}

/** Which days of a table were removed: beside the folder of its topics, since it is about all of them. */
export function expiryKey(table: string): string {
  return `${ledgerRoot}/${table}.expired${entryEnd}`;
}

/** `_ledger/<table>.merged/`: the notes of partitions whose files were merged, of all topics too. */
export function mergedNotePrefix(table: string): string {
  return `${ledgerRoot}/${table}.merged/`;
}

export function mergedNoteKey(table: string, hivePath: string): string {
  return `${mergedNotePrefix(table)}${hivePath}${entryEnd}`;
}

/** `…/starts/`: the notes where the chains of the topic's Kafka partitions begin. */
export function startsPrefix(topic: TopicPath): string {
  return `${topicPrefix(topic)}starts/`;
}

export function partitionPrefix(path: LedgerPath): string {
  return `${topicPrefix(path)}${path.partition}/`;
}

/** The key of the base entry that begins at `from`: zero-padded, so that keys sort as offsets do. */
export function entryKey(path: LedgerPath, from: bigint): string {
  return `${partitionPrefix(path)}${padded(from)}${entryEnd}`;
}

/** `…/revisions/`: what came of committed entries later. */
export function revisionPrefix(path: LedgerPath): string {
  return `${partitionPrefix(path)}revisions/`;
}

export function revisionKey(path: LedgerPath, from: bigint): string {
  return `${revisionPrefix(path)}${padded(from)}${entryEnd}`;
}

/** `…/segments/`: copies of many base entries in one object. */
export function segmentPrefix(path: LedgerPath): string {
  return `${partitionPrefix(path)}segments/`;
}

export function segmentKey(path: LedgerPath, { from, to }: { readonly from: bigint; readonly to: bigint }): string {
  return `${segmentPrefix(path)}${padded(from)}-${padded(to)}${segmentEnd}`;
}

/** The offset in the key of a base entry or revision, `undefined` for any other key below `prefix`. */
export function offsetOfKey(prefix: string, key: string): bigint | undefined {
  const digits = /^(\d{20})\.json$/.exec(key.slice(prefix.length))?.[1];
  return digits === undefined ? undefined : BigInt(digits);
}

/** The range in the key of a segment, `undefined` for any other key. */
export function rangeOfSegment(path: LedgerPath, key: string): { from: bigint; to: bigint } | undefined {
  const groups = /^(\d{20})-(\d{20})\.jsonl\.zst$/.exec(key.slice(segmentPrefix(path).length));
  return groups === null ? undefined : { from: BigInt(groups[1] ?? 0), to: BigInt(groups[2] ?? 0) };
}

function padded(offset: bigint): string {
  return offset.toString().padStart(offsetDigits, '0');
}
