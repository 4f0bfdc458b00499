import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WireWriter } from '../../../src/kafka/format/wire-writer.ts';
import { readAnswer } from '../../../src/kafka/kafkajs/fetch-request.ts';
import { readMetadata } from '../../../src/kafka/kafkajs/metadata-request.ts';
import { runs } from '../../support/fuzzing.ts';

const newest = 13;
const topicId = 'AAECAwQFBgcICQoLDA0ODw';

/** An answer with one partition, a list of aborted transactions and the end of a diverging epoch. */
function fetchAnswer(records: Buffer): Buffer {
  const answer = new WireWriter({ isFlexible: true });
  answer.noTags().int32(0).int16(0).int32(0);
  answer.array([topicId], (id) => {
    answer.uuid(id).array([0], (partition) => {
      answer.int32(partition).int16(0).int64(50n).int64(40n).int64(7n);
      answer.array([9n], (producer) => answer.int64(producer).int64(12n).noTags());
      answer.int32(-1).unsignedVarint(records.length + 1);
      for (const byte of records) answer.int8((byte << 24) >> 24);
      // one tagged field: epoch and end offset
      answer.unsignedVarint(1).unsignedVarint(0).unsignedVarint(13).int32(3).int64(33n).noTags();
    });
    answer.noTags();
  });
  return answer.noTags().toBuffer();
}

function fateOf(payload: Buffer, version: number): string {
  try {
    readAnswer(payload, version);
    return 'read';
  } catch (error) {
    return error instanceof Error ? error.name : String(error);
  }
}

describe('an answer to a fetch', () => {
  it('is read field by field', () => {
    const records = Buffer.from([1, 2, 3, 200]);
    expect(readAnswer(fetchAnswer(records), newest)).toEqual({
      throttleMs: 0,
      errorCode: 0,
      topics: [
        {
          name: undefined,
          topicId,
          partitions: [
            {
              partition: 0,
              errorCode: 0,
              highWatermark: 50n,
              stableEnd: 40n,
              logStart: 7n,
              aborted: [{ producerId: 9n, firstOffset: 12n }],
              divergesAt: 33n,
              records,
            },
          ],
        },
      ],
    });
  });

  it('is refused, or read as something, whatever is in it or missing: never a hang', () => {
    const good = fetchAnswer(Buffer.alloc(20, 7));
    fc.assert(
      fc.property(
        fc.nat({ max: good.length - 1 }),
        fc.nat({ max: 255 }),
        fc.nat({ max: good.length }),
        fc.constantFrom(11, 12, 13),
        (at, byte, length, version) => {
          const damaged = Buffer.from(good.subarray(0, length));
          if (at < length) damaged[at] = byte;
          expect(fateOf(damaged, version)).toMatch(/^(read|RangeError)$/);
        },
      ),
      runs(2000),
    );
  });
});

describe('an answer to a metadata request', () => {
  const metadataAnswer = (errorCode: number, id: string | undefined): Buffer => {
    const answer = new WireWriter({ isFlexible: true });
    answer.noTags().int32(0);
    answer.array([1], (node) => answer.int32(node).string('broker').int32(9094).unsignedVarint(0).noTags());
    answer.string('cluster').int32(1);
    answer.array(['readings'], (name) => {
      answer.int16(errorCode).string(name).uuid(id).int8(0);
      answer.array([0], (partition) => {
        answer.int16(0).int32(partition).int32(1).int32(0);
        for (const list of [[1], [1], []]) answer.array(list, (node) => answer.int32(node));
        answer.noTags();
      });
      answer.int32(0).noTags();
    });
    return answer.int32(0).noTags().toBuffer();
  };

  const topicOf = (answer: Buffer) => readMetadata(answer, 10).topics[0];

  it('tells the brokers, and the partitions with their leaders', () => {
    const { brokers, controllerId, topics } = readMetadata(metadataAnswer(0, topicId), 10);
    expect(brokers).toEqual([{ nodeId: 1, host: 'broker', port: 9094, rack: null }]);
    expect(controllerId).toBe(1);
    const partition = {
      partitionErrorCode: 0,
      partitionId: 0,
      leader: 1,
      replicas: [1],
      isr: [1],
      offlineReplicas: [],
    };
    expect(topics).toEqual([{ topic: 'readings', errorCode: 0, topicId, isInternal: false, partitions: [partition] }]);
  });

  it('tells the topic’s id; zeros are none', () => {
    expect(topicOf(metadataAnswer(0, topicId))?.topicId).toBe(topicId);
    expect(topicOf(metadataAnswer(0, undefined))?.topicId).toBeUndefined();
  });

  it('tells by a code that the topic is not there, or may not be seen', () => {
    expect(topicOf(metadataAnswer(3, undefined))?.errorCode).toBe(3);
    expect(topicOf(metadataAnswer(29, undefined))?.errorCode).toBe(29);
  });
});
