import { appendFile, copyFile, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { replayItem } from '../../../src/consumer/replay/replay.ts';
import type { VerifyReport } from '../../../src/consumer/audit/verify.ts';
import { FakeTopic } from '../../fakes/fake-topic.ts';
import { testTimestampMs } from '../../support/chunks.ts';
import { audit, createTestTools, openTestLake, type TestLake } from '../../support/lake.ts';

/** A table of two batches on a local lake. */
async function writtenLake(): Promise<{ lake: TestLake; topic: FakeTopic; objects: string[]; entries: string[] }> {
  const lake = await openTestLake();
  const topic = new FakeTopic(1);
  const tools = createTestTools(lake);
  for (const from of [0n, 20n]) {
    const records = Array.from({ length: 20 }, (_, index) => ({
      value: JSON.stringify({ n: index, eventTime: new Date(testTimestampMs).toISOString() }),
    }));
    topic.append(0, ...records);
    const range = { partition: 0, from, to: from + 20n };
    const policy = { rowsMax: 100, bytesMax: 1e6, ageMaxMs: 1000 };
    await replayItem({ kind: 'write', range }, { reader: topic, tools, policy, signal: new AbortController().signal });
  }
  const find = async (folder: string, ending: string): Promise<string[]> =>
    (await readdir(join(lake.root, folder), { recursive: true }))
      .filter((name) => name.endsWith(ending))
      .map((name) => join(lake.root, folder, name))
      .toSorted();
  const entries = await find('_ledger', '.json@2');
  return { lake, topic, objects: await find('readings', '.parquet'), entries };
}

const problems = ({ findings }: VerifyReport): string[] => [...new Set(findings.map(({ problem }) => problem))];

describe('the audit', () => {
  it('finds nothing wrong with what was left alone', async () => {
    const { lake, topic, objects } = await writtenLake();
    expect(objects).toHaveLength(2);
    expect((await audit(lake, topic)).findings).toEqual([]);
  });

  it('finds a deleted object', async () => {
    const { lake, topic, objects } = await writtenLake();
    await rm(objects[0]!);
    const { findings } = await audit(lake, topic);
    expect(findings).toMatchObject([
      {
        problem: 'object-missing',
        action: expect.stringContaining('glueless replay --partition 0 --from-offset 0 --to-offset 20'),
      },
    ]);
  });

  it('finds a truncated object', async () => {
    const { lake, topic, objects } = await writtenLake();
    await truncate(objects[0]!, 100);
    expect(problems(await audit(lake, topic))).toEqual(['object-size']);
  });

  it('finds an object of a generation that a later one has replaced, and knows that its rows are doubled', async () => {
    const { lake, topic, objects } = await writtenLake();
    await copyFile(objects[0]!, objects[0]!.replace('-0-20-g1.', '-0-20-g0.'));
    const report = await audit(lake, topic);
    expect(problems(report)).toEqual(['object-obsolete']);
    expect(report.removable).toHaveLength(1);
  });

  it('names an object of a range that no entry has, and removes nothing that it does not know', async () => {
    const { lake, topic, objects } = await writtenLake();
    await copyFile(objects[0]!, objects[0]!.replace('-0-20-g1.', '-0-19-g1.'));
    const report = await audit(lake, topic);
    expect(problems(report)).toEqual(['object-foreign']);
    expect(report.removable).toEqual([]);
  });

  it('finds a deleted ledger entry', async () => {
    const { lake, topic, entries } = await writtenLake();
    const first = entries[0]!;
    await rm(first);
    await rm(first.replace('@2', ''));
    expect(problems(await audit(lake, topic))).toContain('object-foreign');
  });

  it('finds an object that was written by hand', async () => {
    const { lake, topic, objects } = await writtenLake();
    await writeFile(join(objects[0]!, '..', 'mine.parquet'), 'PAR1');
    const report = await audit(lake, topic);
    expect(problems(report)).toEqual(['object-foreign']);
    expect(report.removable).toEqual([]);
  });

  it('finds an object that was changed within its size', async () => {
    const { lake, topic, objects } = await writtenLake();
    await copyFile(objects[1]!, objects[0]!);
    expect(problems(await audit(lake, topic)).length).toBeGreaterThan(0);
  });

  it('reads past what query engines do not see', async () => {
    const { lake, topic, objects } = await writtenLake();
    await appendFile(join(objects[0]!, '..', '_SUCCESS'), '');
    expect((await audit(lake, topic)).findings).toEqual([]);
  });
});
