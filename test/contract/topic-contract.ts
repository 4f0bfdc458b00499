import { describe, expect, it } from 'vitest';
import type { RecordSource, TopicReader } from '../../src/consumer/ports/topic.ts';
import type { TestRecord } from '../support/chunks.ts';
import { RecordRecorder as Recorder, valuesOf } from '../support/record-recorder.ts';

export interface OpenTopic {
  readonly reader: TopicReader;
  readonly join: () => RecordSource;
  readonly append: (partition: number, records: readonly TestRecord[]) => Promise<void>;
  readonly deleteBelow: (partition: number, offset: bigint) => Promise<void>;
}

const records = (count: number, start = 0): TestRecord[] =>
  Array.from({ length: count }, (_, index) => ({
    value: `value ${start + index}`,
    key: `k${index}`,
    timestampMs: 1000 * (start + index + 1),
  }));

/** Tests that every topic of two partitions must pass; they run on the fake and on a real broker. */
export function describeTopic(name: string, open: () => Promise<OpenTopic>): void {
  describe(`topic reader: ${name}`, () => {
    it('describes the topic: its id and the watermarks of all partitions', async () => {
      const { reader, append, deleteBelow } = await open();
      await append(0, records(5));
      await deleteBelow(0, 2n);
      const { topicId, partitions } = await reader.describe();
      expect(partitions).toEqual(
        new Map([
          [0, { low: 2n, high: 5n }],
          [1, { low: 0n, high: 0n }],
        ]),
      );
      expect(topicId).toMatch(/./);
      expect(await reader.topicId()).toBe(topicId);
    });

    it('reads exactly the range it is asked for', async () => {
      const { reader, append } = await open();
      await append(0, records(50));
      const chunks = await Array.fromAsync(reader.read({ partition: 0, from: 7n, to: 33n }));
      expect(valuesOf(chunks)).toEqual(
        records(50)
          .slice(7, 33)
          .map(({ value }) => value),
      );
      expect(chunks[0]?.from).toBe(7n);
      expect(chunks.at(-1)?.to).toBe(33n);
      expect(chunks.slice(1).map(({ from }) => from)).toEqual(chunks.slice(0, -1).map(({ to }) => to));
    });

    it('refuses a range that is not held', async () => {
      const { reader, append, deleteBelow } = await open();
      await append(0, records(10));
      await deleteBelow(0, 4n);
      const read = (from: bigint, to: bigint) => Array.fromAsync(reader.read({ partition: 0, from, to }));
      await expect(read(2n, 6n)).rejects.toMatchObject({ code: 'OFFSETS_GONE' });
      await expect(read(6n, 11n)).rejects.toMatchObject({ code: 'OFFSETS_GONE' });
      expect(await read(6n, 6n)).toEqual([]);
    });

    it('finds offsets by time', async () => {
      const { reader, append } = await open();
      await append(0, records(5));
      expect((await reader.offsetsAt(3000)).get(0)).toBe(2n);
      expect((await reader.offsetsAt(3001)).get(0)).toBe(3n);
      expect((await reader.offsetsAt(1e9)).get(0)).toBe(5n);
    });
  });

  describe(`record source: ${name}`, () => {
    it('hands over every record once, in order, without a hole between chunks', async () => {
      const { join, append } = await open();
      await append(0, records(40));
      await append(1, records(25));
      const source = join();
      const recorder = new Recorder();
      const running = source.run(recorder);
      await recorder.until(() => recorder.of(0).at(-1)?.to === 40n && recorder.of(1).at(-1)?.to === 25n);
      await append(0, records(10, 40));
      await recorder.until(() => recorder.of(0).at(-1)?.to === 50n);
      await source.stop();
      await running;
      expect(valuesOf(recorder.of(0))).toEqual(records(50).map(({ value }) => value));
      expect(valuesOf(recorder.of(1))).toEqual(records(25).map(({ value }) => value));
    });

    it('starts where it is told to, not where the group was', async () => {
      const { join, append } = await open();
      await append(0, records(20));
      const source = join();
      const recorder = new Recorder(new Map([[0, 12n]]));
      const running = source.run(recorder);
      await recorder.until(() => recorder.of(0).at(-1)?.to === 20n);
      await source.stop();
      await running;
      expect(recorder.of(0)[0]?.from).toBe(12n);
      expect(valuesOf(recorder.of(0))[0]).toBe('value 12');
    });

    it('goes back when it is sought, and drops what was on its way', async () => {
      const { join, append } = await open();
      await append(0, records(30));
      const source = join();
      const recorder = new Recorder();
      const running = source.run(recorder);
      await recorder.until(() => recorder.of(0).at(-1)?.to === 30n);
      const before = recorder.of(0).length;
      source.seek(0, 25n);
      await recorder.until(() => recorder.of(0).length > before && recorder.of(0).at(-1)?.to === 30n);
      await source.stop();
      await running;
      expect(valuesOf(recorder.of(0).slice(before))).toEqual(
        records(30)
          .slice(25)
          .map(({ value }) => value),
      );
    });

    it('hands over nothing of a paused partition until it is resumed', async () => {
      const { join, append } = await open();
      await append(0, records(5));
      const source = join();
      const recorder = new Recorder();
      const running = source.run(recorder);
      await recorder.until(() => recorder.of(0).at(-1)?.to === 5n);
      source.pause(0);
      await append(0, records(5, 5));
      await append(1, records(5));
      await recorder.until(() => recorder.of(1).at(-1)?.to === 5n);
      expect(recorder.of(0).at(-1)?.to).toBe(5n);
      source.resume(0);
      await recorder.until(() => recorder.of(0).at(-1)?.to === 10n);
      await source.stop();
      await running;
    });

    it('reads all partitions of an assignment: pauses that were asked for before its answer are void', async () => {
      const { join, append } = await open();
      await append(0, records(5));
      const source = join();
      const recorder = new Recorder();
      const answer = recorder.assigned.bind(recorder);
      recorder.assigned = async (partitions) => {
        source.pause(0);
        return answer(partitions);
      };
      const running = source.run(recorder);
      await recorder.until(() => recorder.of(0).at(-1)?.to === 5n);
      await source.stop();
      await running;
      expect(valuesOf(recorder.of(0))).toEqual(records(5).map(({ value }) => value));
    });

    it('keeps a committed offset and its metadata for the next member', async () => {
      const { join, append } = await open();
      await append(0, records(20));
      const first = join();
      const recorder = new Recorder();
      const running = first.run(recorder);
      await recorder.until(() => recorder.of(0).at(-1)?.to === 20n);
      await first.commit(0, 13n, 'ledger 5');
      await first.stop();
      await running;
      const second = join();
      const next = new Recorder();
      const runningNext = second.run(next);
      await next.until(() => next.assignments.length === 2);
      await second.stop();
      await runningNext;
      expect(next.assignments.find(({ partition }) => partition === 0)?.committed).toEqual({
        offset: 13n,
        metadata: 'ledger 5',
      });
    });

    it('tells of records that are gone', async () => {
      const { join, append, deleteBelow } = await open();
      await append(0, records(20));
      await deleteBelow(0, 15n);
      const source = join();
      const recorder = new Recorder(new Map([[0, 10n]]));
      const running = source.run(recorder);
      await recorder.until(() => recorder.of(0).at(-1)?.to === 20n);
      await source.stop();
      await running;
      expect(recorder.gaps).toEqual([{ partition: 0, from: 10n, to: 15n }]);
      expect(valuesOf(recorder.of(0))).toEqual(
        records(20)
          .slice(15)
          .map(({ value }) => value),
      );
    });
  });
}
