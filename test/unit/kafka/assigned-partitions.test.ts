import { describe, expect, it } from 'vitest';
import { AssignedPartitions } from '../../../src/kafka/group/assigned-partitions.ts';
import { BrokerClient } from '../../../src/kafka/brokers/broker-client.ts';
import { AnswerRecords } from '../../../src/kafka/format/answer-records.ts';
import { PartitionControl } from '../../../src/kafka/kafkajs/partition-control.ts';
import { TopicClient } from '../../../src/kafka/topic/topic-client.ts';
import { encodeBatch } from '../../support/record-batches.ts';
import { RecordRecorder, valuesOf } from '../../support/record-recorder.ts';

const unpackedBytesMax = 1_000_000;

/** Partition 0 of an assignment, and what kafkajs was told about it. */
function assignedAt(position: bigint) {
  const told: string[] = [];
  const consumer = {
    pause: () => {
      told.push('hold');
      return () => {};
    },
    resume: () => void told.push('release'),
    seek: ({ offset }: { readonly offset: string }) => void told.push(`seek ${offset}`),
  };
  const handler = new RecordRecorder();
  const partitions = new AssignedPartitions({
    topic: 'readings',
    topicId: 'id',
    client: new TopicClient(new BrokerClient(Object.create(null)), 'readings'),
    handler,
    control: new PartitionControl(consumer, 'readings'),
    unpackedBytesMax,
    starts: new Map([[0, position]]),
    fail: (error) => void told.push(error.code),
    trouble: (error) => void told.push(String(error)),
    checkTopic: async () => {},
  });
  return { partitions, handler, told };
}

const values = (count: number, from = 0): string[] => Array.from({ length: count }, (_, index) => `v${from + index}`);

function answerAt(from: bigint, count: number, compress?: 'zstd'): AnswerRecords {
  const records = values(count, Number(from)).map((value) => ({ value }));
  const batch = encodeBatch(records, { baseOffset: from, ...(compress && { compress }) });
  const answer = { records: batch, fetchedOffset: from, highWatermark: 1000n, logStart: 0n, aborted: [] };
  return new AnswerRecords(answer, unpackedBytesMax);
}

describe('records that a broker sent', () => {
  it('are handed over where the last ones ended, and what follows them is asked for', () => {
    const { partitions, handler } = assignedAt(0n);
    expect(partitions.take(0, answerAt(0n, 5))).toBe(5n);
    expect(partitions.take(0, answerAt(5n, 3))).toBe(8n);
    expect(valuesOf(handler.of(0))).toEqual(values(8));
  });

  it('are asked for again when they were compressed and the partition is paused: no more may follow them', () => {
    const { partitions, handler } = assignedAt(0n);
    partitions.pause(0);
    expect(partitions.take(0, answerAt(0n, 5, 'zstd'))).toBeUndefined();
    expect(handler.chunks).toEqual([]);
    partitions.resume(0);
    expect(partitions.take(0, answerAt(0n, 5, 'zstd'))).toBe(5n);
    expect(valuesOf(handler.of(0))).toEqual(values(5));
  });

  it('are handed over in spite of a pause when they take no more memory', () => {
    const { partitions, handler } = assignedAt(0n);
    partitions.pause(0);
    expect(partitions.take(0, answerAt(0n, 5))).toBe(5n);
    expect(valuesOf(handler.of(0))).toEqual(values(5));
  });

  it('are dropped when they were asked for before a seek: forwards or back', () => {
    const { partitions, handler, told } = assignedAt(0n);
    partitions.take(0, answerAt(0n, 5));
    partitions.seek(0, 50n);
    partitions.take(0, answerAt(5n, 5));
    partitions.seek(0, 2n);
    partitions.take(0, answerAt(10n, 5));
    expect(valuesOf(handler.of(0))).toEqual(values(5));
    expect(told.at(-1)).toBe('seek 2');
  });

  it('are dropped once another assignment has begun', () => {
    const { partitions, handler } = assignedAt(0n);
    partitions.end();
    expect(partitions.take(0, answerAt(0n, 5))).toBeUndefined();
    expect(handler.chunks).toEqual([]);
  });
});

describe('a partition', () => {
  it('is not released by a resume while what follows can’t be read', () => {
    const { partitions, handler, told } = assignedAt(0n);
    const batch = encodeBatch([{ value: 'a' }, { value: 'b' }], { deltas: [0, 0] });
    const answer = { records: batch, fetchedOffset: 0n, highWatermark: 1000n, logStart: 0n, aborted: [] };
    partitions.take(0, new AnswerRecords(answer, unpackedBytesMax));
    expect(handler.damages).toMatchObject([{ partition: 0, from: 0n, error: { code: 'RECORDS_UNREADABLE' } }]);
    partitions.pause(0);
    partitions.resume(0);
    expect(told).not.toContain('release');
    partitions.seek(0, 2n);
    expect(told.slice(-2)).toEqual(['seek 2', 'release']);
  });
});
