import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { decoderVersion } from '../../../src/consumer/ledger/entry/decoder-version.ts';
import { isWritten, type WrittenEntry } from '../../../src/consumer/ledger/entry/ledger-entry.ts';
import type { Recipe } from '../../../src/consumer/ledger/entry/recipe.ts';
import { replayItem } from '../../../src/consumer/replay/replay.ts';
import { planReplay } from '../../../src/consumer/replay/replay-plan.ts';
import { FakeTopic } from '../../fakes/fake-topic.ts';
import { audit, createTestTools, openTestLake, readRows, testPath, testTable } from '../../support/lake.ts';
import { run } from '../../support/run-service.ts';

const path = testPath();
const arrayOf = (objects: number): string => JSON.stringify(Array.from({ length: objects }, (_, n) => ({ n })));
const linesOf = (objects: number): string => Array.from({ length: objects }, (_, n) => `{"n":${n}}`).join('\n');

/** Rows of the values, written by the service in batches of at most 100 rows each. */
const counts = [30, 60, 10, 1, 250, 99, 1, 1, 100, 40];
const policy = { rowsMax: 100, bytesMax: 1_000_000, ageMaxMs: 50 };

async function entriesOf({ ledger }: ReturnType<typeof createTestTools>): Promise<WrittenEntry[]> {
  const entries = await Array.fromAsync(ledger.entries(path));
  return entries.flatMap(({ entry }) => (isWritten(entry) ? [entry] : []));
}

async function write(values: readonly (string | Buffer)[], recipe: Partial<Recipe>, by = policy) {
  const topic = new FakeTopic(1);
  topic.append(0, ...values.map((value) => ({ value })));
  const lake = await openTestLake();
  const tools = createTestTools({ ...lake, recipe });
  await run(topic, lake, { tools, policy: by });
  return { topic, lake, tools, entries: await entriesOf(tools) };
}

/** Batches end before the value that would make more than 100 rows; one that has more is alone. */
const expected = [
  { from: 0n, rows: 100 },
  { from: 3n, rows: 1 },
  { from: 4n, rows: 250 },
  { from: 5n, rows: 100 },
  { from: 7n, rows: 1 },
  { from: 8n, rows: 100 },
  { from: 9n, rows: 40 },
];

describe('BATCH_ROWS_MAX, where values hold several records', () => {
  it.each<[string, Partial<Recipe>, (objects: number) => string | Buffer]>([
    ['as arrays', { records: 'array' }, arrayOf],
    ['as lines', { records: 'ndjson' }, linesOf],
    ['in gzip', { records: 'array', valueFormat: 'auto' }, (objects) => gzipSync(arrayOf(objects))],
    ['behind a frame', { records: 'ndjson', valueFormat: 'avro' }, linesOf],
  ])('is about rows, not about values: %s', async (_, recipe, valueOf) => {
    const { lake, topic, entries } = await write(counts.map(valueOf), recipe);
    expect(entries.map(({ from, outcome: { rows } }) => ({ from, rows }))).toEqual(expected);
    expect(entries.map(({ reason }) => reason)).toEqual(['rows', 'rows', 'rows', 'rows', 'rows', 'rows', 'end']);
    expect((await readRows(lake)).length).toBe(counts.reduce((sum, count) => sum + count));
    expect((await audit(lake, topic)).findings).toEqual([]);
  });

  it('counts dead letters and values without records, too', async () => {
    const { entries } = await write([arrayOf(99), '[{"n":', '[]', arrayOf(98), '[]'], { records: 'array' });
    expect(entries.map(({ from, outcome: { records } }) => [from, records])).toEqual([
      [0n, 100],
      [2n, 100],
    ]);
  });

  it('ends the batches of a replay of what was never written alike', async () => {
    const topic = new FakeTopic(1);
    topic.append(0, ...counts.map((count) => ({ value: arrayOf(count) })));
    const lake = await openTestLake();
    const tools = createTestTools({ ...lake, recipe: { records: 'array' } });
    const { signal } = new AbortController();
    for (const item of planReplay({ partition: 0, from: 0n, to: 10n }, [], topic.marksOf(0)))
      expect(await replayItem(item, { reader: topic, tools, policy, signal })).toEqual({ kind: 'done' });
    const entries = await entriesOf(tools);
    expect(entries.map(({ from, outcome: { rows } }) => ({ from, rows }))).toEqual(expected);
    expect((await audit(lake, topic)).findings).toEqual([]);
  });

  it('ends no range that is claimed or written already: it is finished, and replayed, as it is', async () => {
    const topic = new FakeTopic(1);
    topic.append(0, ...counts.map((count) => ({ value: arrayOf(count) })));
    const lake = await openTestLake();
    const died = new Error('died');
    const dying = createTestTools({
      ...lake,
      recipe: { records: 'array' },
      observer: {
        step: (name, phase) => {
          if (name === 'encode' && phase === 'before') throw died;
        },
      },
    });
    await expect(run(topic, lake, { tools: dying, policy: { ...policy, rowsMax: 1000 } })).rejects.toThrow('died');
    const tools = createTestTools({ ...lake, recipe: { records: 'array' } });
    await run(topic, lake, { tools, policy });
    const entries = await Array.fromAsync(tools.ledger.entries(path));
    expect(entries.map(({ entry }) => entry)).toMatchObject([{ from: 0n, to: 10n, outcome: { rows: 592 } }]);
    const { signal } = new AbortController();
    for (const item of planReplay({ partition: 0, from: 0n, to: 10n }, entries, topic.marksOf(0)))
      expect(await replayItem(item, { reader: topic, tools, policy, signal })).toEqual({ kind: 'done' });
    expect((await entriesOf(tools)).map(({ from, to }) => [from, to])).toEqual([[0n, 10n]]);
    expect((await audit(lake, topic)).findings).toEqual([]);
  });
});

/** A batch of all values that was claimed by another version of the decoder, whose process died: before it had put its objects, or after. */
async function claimedBefore(died: 'encode' | 'register') {
  const topic = new FakeTopic(1);
  topic.append(0, ...counts.map((count) => ({ value: arrayOf(count) })));
  const lake = await openTestLake();
  const dying = createTestTools({
    ...lake,
    recipe: { records: 'array' },
    observer: {
      step: (name, phase) => {
        if (name === died && phase === 'before') throw new Error('died');
      },
    },
  });
  await expect(run(topic, lake, { tools: dying, policy: { ...policy, rowsMax: 1000 } })).rejects.toThrow('died');
  const claim = await dying.ledger.get(path, 0n);
  if (claim?.entry.state !== 'claimed') throw new TypeError('expected a claim');
  const { recipe } = claim.entry;
  await dying.ledger.replace(claim, { ...claim.entry, recipe: { ...recipe, decoder: decoderVersion - 1 } });
  return { topic, lake, tools: createTestTools({ ...lake, recipe: { records: 'array' } }) };
}

describe('a claim of another version of the decoder', () => {
  it('is cut by the service where it would be too large', async () => {
    const { topic, lake, tools } = await claimedBefore('encode');
    await run(topic, lake, { tools, policy });
    const entries = await entriesOf(tools);
    expect(entries.map(({ from, outcome: { rows } }) => ({ from, rows }))).toEqual(expected);
    expect(entries.map(({ outcome: { lastRecord }, to }) => lastRecord?.offset === to - 1n)).not.toContain(false);
    expect((await readRows(lake)).length).toBe(counts.reduce((sum, count) => sum + count));
    expect((await audit(lake, topic)).findings).toEqual([]);
  });

  it('is cut by a replay, which writes the rest of it, too', async () => {
    const { topic, lake, tools } = await claimedBefore('encode');
    const { signal } = new AbortController();
    const claimed = await Array.fromAsync(tools.ledger.entries(path));
    for (const item of planReplay({ partition: 0, from: 0n, to: 10n }, claimed, topic.marksOf(0)))
      expect(await replayItem(item, { reader: topic, tools, policy, signal })).toEqual({ kind: 'done' });
    const entries = await entriesOf(tools);
    expect(entries.map(({ from, outcome: { rows } }) => ({ from, rows }))).toEqual(expected);
    expect((await audit(lake, topic)).findings).toEqual([]);
  });

  it('is written as it stands where it is not too large, or objects of it are there', async () => {
    for (const [died, rowsMax] of [
      ['encode', 1000],
      ['register', 100],
    ] as const) {
      const { topic, lake, tools } = await claimedBefore(died);
      await run(topic, lake, { tools, policy: { ...policy, rowsMax } });
      expect((await entriesOf(tools)).map(({ from, to }) => [from, to])).toEqual([[0n, 10n]]);
      expect((await audit(lake, topic)).findings).toEqual([]);
    }
  });

  it('is written as it stands where entries lie behind it', async () => {
    const { topic, lake, tools } = await claimedBefore('encode');
    const claim = await tools.ledger.get(path, 0n);
    if (claim?.entry.state !== 'claimed') throw new TypeError('expected a claim');
    topic.append(0, { value: arrayOf(1) });
    await tools.ledger.claim({ ...claim.entry, from: 10n, to: 11n, plan: [] });
    const { signal } = new AbortController();
    const claimed = await Array.fromAsync(tools.ledger.entries(path));
    for (const item of planReplay({ partition: 0, from: 0n, to: 11n }, claimed, topic.marksOf(0)))
      await replayItem(item, { reader: topic, tools, policy, signal });
    expect((await entriesOf(tools)).map(({ from, to }) => [from, to])).toEqual([
      [0n, 10n],
      [10n, 11n],
    ]);
    expect((await audit(lake, topic)).findings).toEqual([]);
  });
});

describe('BATCH_BYTES_MAX, where arrays take more memory than their JSON does', () => {
  // a digit and a comma are ten bytes of values and levels; a megabyte of JSON is read at a time
  const numbers = (count: number): string => `{"v":[${'1,'.repeat(count - 1)}1]}`;
  const recipe = { recordBytesMax: 1_048_576 };
  const smaller = { ...policy, bytesMax: 4_000_000 };

  it('ends a batch behind the record that brings more than that in values', async () => {
    const { lake, topic, entries } = await write(Array<string>(6).fill(numbers(300_000)), recipe, smaller);
    expect(entries.map(({ from, reason }) => [from, reason])).toEqual([
      [0n, 'bytes'],
      [2n, 'bytes'],
      [4n, 'end'],
    ]);
    expect((await audit(lake, topic)).findings).toEqual([]);
  });

  it('ends it behind the value that the record is of, where that holds several', async () => {
    const value = `[${Array<string>(6).fill(numbers(150_000)).join()}]`;
    const { lake, topic, entries } = await write(
      [value, value],
      { recordBytesMax: 2_000_000, records: 'array' },
      smaller,
    );
    expect(entries.map(({ from, outcome: { rows } }) => [from, rows])).toEqual([
      [0n, 6],
      [1n, 6],
    ]);
    expect((await audit(lake, topic)).findings).toEqual([]);
  });
});

const lettersOf = async (values: readonly string[], recipe: Partial<Recipe>) => {
  const { lake } = await write(values, recipe);
  const letters = await readRows(lake, `${testTable}_dead_letters`);
  return letters.map(({ reason, detail }) => [reason, detail]);
};

describe('the reason why a value of several records is a dead letter', () => {
  const deep = `{"n":${'['.repeat(600)}${']'.repeat(600)}}`;

  it('is that of the first object that can’t be a row, with RECORDS=array', async () => {
    const values = [`[{"n":0},[1]]`, `[${deep},{"n":1}]`, '[{"n":0},{"n":}]', '[{"n":0},]', '[,{"n":0}]'];
    expect(await lettersOf(values, { records: 'array' })).toEqual([
      ['not-an-object', 'object 1 of 2: expected a JSON object, got an array'],
      ['too-deep', 'object 0 of 2: brackets are nested deeper than 500'],
      ['invalid-json', expect.stringContaining('object 1 of 2: Unexpected token')],
      ['invalid-json', 'object 1 of 2: nothing is there'],
      ['invalid-json', 'object 0 of 2: nothing is there'],
    ]);
  });

  it('is that of the first line that can’t be one, with RECORDS=ndjson', async () => {
    expect(await lettersOf(['{"n":0}\n[1]', `{"n":0}\n${deep}`, '{"n":0}\n{"n":'], { records: 'ndjson' })).toEqual([
      ['not-an-object', 'object 1 of 2: expected a JSON object, got an array'],
      ['too-deep', 'object 1 of 2: brackets are nested deeper than 500'],
      ['invalid-json', expect.stringContaining('object 1 of 2: ')],
    ]);
  });

  it('is the number of objects, if there are more than 50,000: they are not even looked for behind them', async () => {
    const most = `[${'{},'.repeat(49_999)}{}]`;
    const { entries } = await write([most], { records: 'array', recordBytesMax: 1_048_576 });
    expect(entries).toMatchObject([{ outcome: { rows: 50_000 } }]);
    for (const value of [`[${'{},'.repeat(50_000)}{}]`, `[${','.repeat(1_000_000)}]`])
      expect(await lettersOf([value], { records: 'array', recordBytesMax: 1_048_576 })).toEqual([
        ['too-large', 'more than 50000 objects in one value, which are the most that are taken apart'],
      ]);
    expect(await lettersOf([linesOf(50_001)], { records: 'ndjson', recordBytesMax: 1_048_576 })).toMatchObject([
      ['too-large', expect.anything()],
    ]);
  });
});

it('reads an object over several lines with RECORDS=ndjson, as with none', async () => {
  const { lake } = await write(['{\n  "n": 7\n}\n'], { records: 'ndjson' });
  expect((await readRows(lake)).map(({ n }) => n)).toEqual([7]);
});
