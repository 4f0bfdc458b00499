import { verify, type VerifyOptions } from '../../src/consumer/audit/verify.ts';
import { findPosition } from '../../src/consumer/ledger/topic/chain-position.ts';
import { Ledger } from '../../src/consumer/ledger/ledger.ts';
import type { Catalog, ObjectStore } from '../../src/consumer/ports/lake.ts';
import type { TopicReader } from '../../src/consumer/ports/topic.ts';
import { hyparquetReader } from '../../src/parquet/read/parquet-reader.ts';
import { msPerDay, msPerHour } from '../../src/runtime/duration.ts';

export interface YearLake {
  readonly store: ObjectStore;
  readonly catalog: Catalog;
  readonly table: string;
  readonly topic: string;
  readonly partitions: number;
  /** One past the last offset of every partition. */
  readonly end: bigint;
  /** When the year ends. */
  readonly nowMs: number;
}

/** Kafka no longer holds anything of that year. */
const reader: TopicReader = {
  describe: () => Promise.reject(new Error('not asked')),
  topicId: () => Promise.reject(new Error('not asked')),
  offsetsAt: () => Promise.reject(new Error('not asked')),
  committed: () => Promise.reject(new Error('not asked')),
  read: () => {
    throw new Error('not asked');
  },
};

/** Jobs to be measured; each answers with what it did. */
export const jobs: Readonly<Record<string, (lake: YearLake) => Promise<string>>> = {
  'start of one partition, without a hint': (lake) => start(lake, 1),
  'start of four partitions, without a hint': (lake) => start(lake, lake.partitions),
  'replay --dry-run of one offset': async (lake) => {
    const from = lake.end / 3n;
    const found = await Array.fromAsync(new Ledger(lake.store).entries(pathOf(lake, 0), { from, to: from + 1n }));
    return `${found.length} batch`;
  },
  verify: (lake) => audit(lake, {}),
  'verify --since yesterday': (lake) => audit(lake, { sinceMs: lake.nowMs - msPerDay }),
};

async function start(lake: YearLake, partitions: number): Promise<string> {
  const { store, end } = lake;
  for (let partition = 0; partition < partitions; partition++) {
    const assigned = { partition, low: end, high: end, topicId: 'simulated' };
    const { next } = await findPosition(pathOf(lake, partition), assigned, { ledger: new Ledger(store), reader });
    if (next !== end) throw new Error(`partition ${partition} starts at ${next}, expected ${end}`);
  }
  return `at offset ${end}`;
}

async function audit(lake: YearLake, options: Pick<VerifyOptions, 'sinceMs'>): Promise<string> {
  const { partitions, findings, findingCount } = await verify({
    ...lake,
    ...options,
    ledger: new Ledger(lake.store),
    parquet: hyparquetReader,
    claimAgeMaxMs: msPerHour,
  });
  const [first] = findings;
  const entries = partitions.reduce((sum, each) => sum + each.entries, 0);
  const example = first === undefined ? '' : `, for example ${first.problem}: ${first.where} ${first.what}`;
  return `${entries} entries read, ${findingCount} findings${example}`;
}

function pathOf({ table, topic }: YearLake, partition: number) {
  return { table, topic, partition };
}
