import { z } from 'zod';
import type { TableMetadata } from '../../iceberg/table-metadata.ts';
import { messageOf, PipelineError } from '../../runtime/errors.ts';
import { offsetCodec } from '../ledger/ledger-entry.ts';

/**
 * How far a table holds a topic, as a property of the table: it changes in the same commit as the table's files, and is the truth about
 * what the table holds. Summaries of snapshots die when others expire them; properties don't.
 */
export const positionsProperty = 'glueless.positions';

/** The table's property with the id of our last snapshot. */
export const snapshotProperty = 'glueless.snapshot-id';

/** The table's property with the rows of files that were adopted from a Hive table: no entry of its own ledger lists them. */
export const adoptedRowsProperty = 'glueless.adopted-rows';

/** Next offset by Kafka partition. */
export type TablePositions = ReadonlyMap<number, bigint>;

const positionsSchema = z.record(z.string(), offsetCodec);

/** Reads the positions of a topic. Throws CATALOG_CORRUPT for a property that is none. */
export function positionsOf({ properties }: TableMetadata, topic: string): TablePositions {
  const positions = parse(properties[positionsProperty]);
  const ours = Object.entries(positions).flatMap(([name, offset]): [number, bigint][] => {
    const partition = name.startsWith(`${topic}/`) ? name.slice(topic.length + 1) : '';
    return /^\d+$/.test(partition) ? [[Number(partition), offset]] : [];
  });
  return new Map(ours);
}

/** Gives the topics that the table holds rows of. */
export function topicsOf({ properties }: TableMetadata): ReadonlySet<string> {
  return new Set(Object.keys(parse(properties[positionsProperty])).map((name) => name.replace(/\/\d+$/, '')));
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
      hint: 'set it to what the summary of the newest snapshot says',
    });
  }
}
