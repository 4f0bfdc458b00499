import { z } from 'zod';
import type { ListFacts } from '../../iceberg/manifests/manifest-list.ts';
import { readSnapshotFacts } from '../../iceberg/manifests/read-snapshot.ts';
import type { TableFiles } from '../../iceberg/manifests/table-files.ts';
import { ancestorsOf, type Snapshot, type TableMetadata } from '../../iceberg/metadata/table-metadata.ts';
import { isRetryable, messageOf, PipelineError } from '../../runtime/errors.ts';
import { offsetCodec } from '../ledger/entry/ledger-entry.ts';

/**
 * How far a table holds a topic, as a property of the table: it changes in the same commit as the table's files, and is the truth about
 * what the table holds. Summaries of snapshots die when others expire them; properties don't.
 */
export const positionsProperty = 'glueless.positions';

/** The table's property with the id of our last snapshot. */
export const snapshotProperty = 'glueless.snapshot-id';

const adoptedRowsProperty = 'glueless.adopted-rows';

/** Rows of a topic's files that were adopted from a Hive table: no entry of its own ledger lists them. */
export function adoptedRowsOf({ properties }: TableMetadata, topic: string): number {
  // tables that were adopted by earlier versions say it without the topic
  return Number(properties[`${adoptedRowsProperty}.${topic}`] ?? properties[adoptedRowsProperty] ?? 0);
}

/** The table's property that says so. */
export function withAdoptedRows(topic: string, rows: number): Record<string, string> {
  return { [`${adoptedRowsProperty}.${topic}`]: String(rows) };
}

/**
 * Each snapshot of ours notes the positions, too, in the header of its list of manifests: after a table was set back they say what it holds
 * now. Summaries would do, but each commit writes those of all snapshots again.
 */
export function positionFacts(positions: string | undefined): ListFacts {
  return positions === undefined ? {} : { [positionsProperty]: positions };
}

/**
 * Gives the positions of the current snapshot: those that the newest one of ours has noted, among it and those that it followed. `undefined` where
 * that can't be told. Source of older snapshots: their summary.
 */
export async function heldPositions(metadata: TableMetadata, files: TableFiles): Promise<string | undefined> {
  for (const snapshot of ancestorsOf(metadata)) {
    const held = snapshot.summary?.[positionsProperty] ?? (await notedIn(snapshot, files));
    if (held !== undefined) return held;
  }
  return undefined;
}

/** A list that is gone or damaged is another problem, which others name. */
async function notedIn(snapshot: Snapshot, files: TableFiles): Promise<string | undefined> {
  try {
    return (await readSnapshotFacts(snapshot, files))[positionsProperty];
  } catch (error) {
    if (!(error instanceof PipelineError) || isRetryable(error)) throw error;
    return undefined;
  }
}

/** Next offset by Kafka partition. */
export type TablePositions = ReadonlyMap<number, bigint>;

const positionsSchema = z.record(z.string(), offsetCodec);

/** Reads the positions of a topic. Throws CATALOG_CORRUPT for a property that is none. */
export function positionsOf({ properties }: TableMetadata, topic: string): TablePositions {
  return parsePositions(properties[positionsProperty], topic);
}

/** Reads the positions of a topic from what the property says; none where it is not there. */
export function parsePositions(text: string | undefined, topic: string): TablePositions {
  const ours = Object.entries(parse(text)).flatMap(([name, offset]): [number, bigint][] => {
    const partition = name.startsWith(`${topic}/`) ? name.slice(topic.length + 1) : '';
    return /^\d+$/.test(partition) ? [[Number(partition), offset]] : [];
  });
  return new Map(ours);
}

/** Gives the topics that the table holds rows of. */
export function topicsOf({ properties }: TableMetadata): ReadonlySet<string> {
  return new Set(Object.keys(parse(properties[positionsProperty])).map((name) => name.replace(/\/\d+$/, '')));
}

/** Gives the topics besides this one that the table holds rows of: whoever works on this one leaves their files alone. */
export function otherTopicsOf(metadata: TableMetadata, topic: string): ReadonlySet<string> {
  return topicsOf(metadata).difference(new Set([topic]));
}

/** Gives the property with the positions of the topic set to `positions`; those of other topics stay. */
export function withPositions({ properties }: TableMetadata, topic: string, positions: TablePositions): string {
  const before = parse(properties[positionsProperty]);
  const ours = Object.fromEntries([...positions].map(([partition, offset]) => [`${topic}/${partition}`, offset]));
  return JSON.stringify(z.encode(positionsSchema, { ...before, ...ours }));
}

function parse(text: string | undefined): z.infer<typeof positionsSchema> {
  if (text === undefined) return {};
  try {
    return positionsSchema.parse(JSON.parse(text));
  } catch (error) {
    throw new PipelineError('CATALOG_CORRUPT', {
      message: `the table's property ${positionsProperty}, which says what the table holds, can't be read: ${messageOf(error)}`,
      retryable: false,
      hint: 'remove it: the next command says what the current snapshot holds, and with that it can be set',
    });
  }
}
