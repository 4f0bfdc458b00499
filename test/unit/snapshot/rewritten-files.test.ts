import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CommitTools } from '../../../src/consumer/commit/tools/commit-tools.ts';
import { isWritten } from '../../../src/consumer/ledger/entry/ledger-entry.ts';
import { readDataFiles } from '../../../src/iceberg/manifests/read-snapshot.ts';
import { currentSchema, currentSnapshot } from '../../../src/iceberg/metadata/table-metadata.ts';
import type { FakeTopic } from '../../fakes/fake-topic.ts';
import type { TestRecord } from '../../support/chunks.ts';
import { changeTable, type IcebergTestLake, loadTable, openIcebergLake } from '../../support/iceberg-lake.ts';
import {
  allOffsets,
  commitBoth,
  commitFaults,
  createIcebergTools,
  doubledOffsets,
  rewriteAsOthersDo,
  visibleOffsets,
  withFault,
} from '../../support/iceberg-service.ts';
import { audit, testPath, testTable, testTopic } from '../../support/lake.ts';
import { redriveAll, replaySnapshots } from '../../support/replay-snapshots.ts';
import { runs } from '../../support/fuzzing.ts';
import { writeBatches } from '../../support/write-batches.ts';

const path = testPath();
const letters = `${testTable}_dead_letters`;
const hours = ['08', '09'];

/** Records of two hours in turn; those at `long` are dead letters of tools that take short records only. */
function records(count: number, isLong: (index: number) => boolean = () => false): TestRecord[] {
  return Array.from({ length: count }, (_, n) => {
    const eventTime = `2026-11-26T${hours[n % 2]}:00:00Z`;
    const text = isLong(n) ? 'x'.repeat(200) : 'x';
    return { value: JSON.stringify({ n, eventTime, text }) };
  });
}

function strict(lake: IcebergTestLake): CommitTools {
  return createIcebergTools(lake, {}, { recipe: { recordBytesMax: 150 }, placement: wide });
}

/** The records' times are those of the test, whenever it runs. */
const wide = { pastDaysMax: 36_500, futureDaysMax: 36_500 };

function lenient(lake: IcebergTestLake): CommitTools {
  return createIcebergTools(lake, {}, { placement: wide });
}

/** Renames a column as another engine does. */
async function renameColumn(lake: IcebergTestLake, from: string, to: string): Promise<void> {
  const table = await loadTable(lake);
  const schema = currentSchema(table.metadata);
  const fields = schema.fields.map((field) => (field.name === from ? { ...field, name: to } : field));
  const id = table.metadata.schemas.length;
  await changeTable(lake, [
    { action: 'add-schema', schema: { ...schema, 'schema-id': id, fields } },
    { action: 'set-current-schema', 'schema-id': id },
  ]);
}

async function filesOf(lake: IcebergTestLake, name = testTable): Promise<string[]> {
  const entries = await Array.fromAsync(
    readDataFiles(currentSnapshot((await loadTable(lake, name)).metadata), lake.files),
  );
  return entries.map(({ data_file: file }) => file.file_path.replace(/^.*\//, ''));
}

async function problems(lake: IcebergTestLake): Promise<string[]> {
  return (await audit(lake, undefined, { iceberg: lake.iceberg })).findings.map(({ problem }) => problem);
}

async function written(...sizes: readonly number[]): Promise<{ lake: IcebergTestLake; topic: FakeTopic }> {
  const lake = await openIcebergLake();
  const topic = await writeBatches(
    lenient(lake),
    sizes.map((size) => records(size)),
  );
  await commitBoth(lake);
  return { lake, topic };
}

describe('a replay of a range whose files another engine has rewritten', () => {
  it('takes the rows out of files that hold others too, and puts its own beside them, in one snapshot', async () => {
    const { lake, topic } = await written(4, 4, 4);
    await rewriteAsOthersDo(lake);
    const before = (await loadTable(lake)).metadata.snapshots.length;
    await replaySnapshots(lenient(lake), topic, { from: 4n, to: 12n });
    expect((await loadTable(lake)).metadata.snapshots).toHaveLength(before + 1);
    expect(await visibleOffsets(lake)).toEqual(allOffsets(1, 12));
    expect(await doubledOffsets(lake)).toEqual([]);
    expect(await problems(lake)).toEqual([]);
    expect((await filesOf(lake)).toSorted()).toEqual([
      expect.stringMatching(/^kafka-readings-0-4-8-g2/),
      expect.stringMatching(/^kafka-readings-0-4-8-g2/),
      expect.stringMatching(/^kafka-readings-0-8-12-g2/),
      expect.stringMatching(/^kafka-readings-0-8-12-g2/),
      expect.stringMatching(/^merged-readings-/),
      expect.stringMatching(/^merged-readings-/),
    ]);
  });

  it('finds the rows where only some of the files were rewritten, and where the files of its own were again', async () => {
    const { lake, topic } = await written(4, 4);
    await rewriteAsOthersDo(lake, { chooses: (file) => file.includes('event_hour=08') });
    await replaySnapshots(lenient(lake), topic, { from: 0n, to: 4n });
    await rewriteAsOthersDo(lake);
    await replaySnapshots(lenient(lake), topic, { from: 0n, to: 8n });
    expect(await visibleOffsets(lake)).toEqual(allOffsets(1, 8));
    expect(await doubledOffsets(lake)).toEqual([]);
    expect((await filesOf(lake)).every((file) => file.startsWith('kafka-'))).toBe(true);
  });

  it('brings rows back that somebody has deleted, as one of files as they were written does', async () => {
    const { lake, topic } = await written(4, 4);
    await rewriteAsOthersDo(lake, { leftOut: [{ partition: 0, from: 1n, to: 6n }] });
    expect(await visibleOffsets(lake)).toHaveLength(3);
    await replaySnapshots(lenient(lake), topic, { from: 0n, to: 4n });
    expect(await visibleOffsets(lake)).toEqual(['0/0', '0/1', '0/2', '0/3', '0/6', '0/7']);
  });

  describe('and one of them is damaged or gone', () => {
    const damage: Record<string, (lake: IcebergTestLake, key: string) => Promise<unknown>> = {
      cut: async ({ store }, key) => store.put(key, (await store.get(key))?.bytes.subarray(0, 200) ?? Buffer.of()),
      empty: ({ store }, key) => store.put(key, Buffer.of()),
      gone: ({ store }, key) => store.delete([key]),
    };

    async function damaged(how: string): Promise<{ lake: IcebergTestLake; topic: FakeTopic }> {
      const { lake, topic } = await written(4, 4, 4);
      await rewriteAsOthersDo(lake);
      const keys = await Array.fromAsync(lake.store.list(`${testTable}/`), ({ key }) => key);
      await lake.store.delete(keys.filter((key) => key.includes('/kafka-')));
      await damage[how]?.(lake, keys.find((key) => key.includes('optimized-')) ?? '');
      return { lake, topic };
    }

    it.each(Object.keys(damage))('brings all rows back where it replaces all that the file had: %s', async (how) => {
      const { lake, topic } = await damaged(how);
      await replaySnapshots(lenient(lake), topic, { from: 0n, to: 12n });
      expect(await visibleOffsets(lake)).toEqual(allOffsets(1, 12));
      const { findings } = await audit(lake, topic, { iceberg: lake.iceberg, deep: true });
      expect(findings.filter(({ what }) => !what.includes('only snapshots before the current one'))).toEqual([]);
    });

    it.each(Object.keys(damage))('changes nothing where the file had other rows, too: %s', async (how) => {
      const { lake, topic } = await damaged(how);
      const files = await filesOf(lake);
      const replayed = replaySnapshots(lenient(lake), topic, { from: 0n, to: 8n });
      await expect(replayed).rejects.toMatchObject({ hint: expect.stringContaining('replay them together') });
      expect(await filesOf(lake)).toEqual(files);
      const states = await Array.fromAsync(lenient(lake).ledger.entries(path), ({ entry }) => entry.state);
      expect(new Set(states)).toEqual(new Set(['written']));
    });

    it('changes nothing where an entry of the file’s rows is gone', async () => {
      const { lake, topic } = await damaged('gone');
      await lake.store.delete([`_ledger/${testTable}/${testTopic}/0/${'4'.padStart(20, '0')}.json`]);
      const files = await filesOf(lake);
      await expect(replaySnapshots(lenient(lake), topic, { from: 8n, to: 12n })).rejects.toMatchObject({
        code: 'STORE_MISSING',
      });
      expect(await filesOf(lake)).toEqual(files);
    });
  });

  it.each(commitFaults)('is done once when an answer does not come: %s', async (fault) => {
    const { lake, topic } = await written(4, 4);
    await rewriteAsOthersDo(lake);
    await replaySnapshots(lenient(withFault(lake, fault)), topic, { from: 0n, to: 8n });
    expect(await visibleOffsets(lake)).toEqual(allOffsets(1, 8));
    expect(await doubledOffsets(lake)).toEqual([]);
  });

  it('says what helps where the dead letters’ own files were removed after they were rewritten', async () => {
    const { lake } = await written(3);
    const tools = createIcebergTools(lake);
    const [current] = await Array.fromAsync(tools.ledger.entries(path));
    if (current === undefined || !isWritten(current.entry)) throw new Error('it is written');
    const gone = { key: `${testTable}_dead_letters/dl_date=2026-11-26/x.parquet`, kind: 'dead-letters' as const };
    const [object] = current.entry.outcome.objects;
    if (object === undefined) throw new Error('it has an object');
    const outcome = { ...current.entry.outcome, deadLetters: 1, objects: [{ ...object, ...gone }] };
    expect(await tools.ledger.replace(current, { ...current.entry, outcome })).toMatchObject({ kind: 'ours' });
    await expect(redriveAll(lake, tools)).rejects.toMatchObject({
      code: 'STORE_MISSING',
      message: expect.stringContaining('OPTIMIZE'),
      hint: expect.stringContaining('glueless replay --partition 0 --from-offset 0 --to-offset 3'),
    });
  });

  it('is refused before anything is changed where a column has been renamed since', async () => {
    const { lake, topic } = await written(4, 4);
    await rewriteAsOthersDo(lake);
    await renameColumn(lake, 'text', 'words');
    const before = await loadTable(lake);
    const found = await problems(lake);
    const refused = replaySnapshots(lenient(lake), topic, { from: 0n, to: 8n });
    await expect(refused).rejects.toMatchObject({ code: 'TABLE_MISMATCH' });
    expect((await loadTable(lake)).metadataLocation).toBe(before.metadataLocation);
    expect(await problems(lake)).toEqual(found);
    const entries = await Array.fromAsync(lenient(lake).ledger.entries(path));
    expect(entries.map(({ entry }) => entry.state)).toEqual(['written', 'written']);
    expect(await visibleOffsets(lake)).toEqual(allOffsets(1, 8));
  });

  it('leaves nothing that the audit takes for doubled, after whatever step it dies', async () => {
    let unseen = 0;
    let isDead = true;
    for (let diesAt = 0; isDead; diesAt++) {
      const { lake, topic } = await written(4);
      isDead = await replaySnapshots(dying(lenient(lake), diesAt), topic, { from: 0n, to: 4n }).then(
        () => false,
        () => true,
      );
      await replaySnapshots(lenient(lake), topic, { from: 0n, to: 4n });
      const { findings, unnamed = [] } = await audit(lake, undefined, { iceberg: lake.iceberg });
      expect(findings).toEqual([]);
      unseen += unnamed.filter((key) => key.endsWith('-g2.parquet')).length;
    }
    expect(unseen).toBeGreaterThan(0);
  });

  it('begins again when the files that it has read are rewritten meanwhile', async () => {
    const { lake, topic } = await written(4, 4);
    await rewriteAsOthersDo(lake);
    let hasOvertaken = false;
    const iceberg = {
      ...lake.iceberg,
      commit: async (...request: Parameters<typeof lake.iceberg.commit>) => {
        if (!hasOvertaken) {
          hasOvertaken = true;
          await rewriteAsOthersDo(lake);
        }
        return lake.iceberg.commit(...request);
      },
    };
    await replaySnapshots(lenient({ ...lake, iceberg }), topic, { from: 4n, to: 8n });
    expect(await visibleOffsets(lake)).toEqual(allOffsets(1, 8));
    expect(await doubledOffsets(lake)).toEqual([]);
  });
});

describe('a redrive of a range whose files another engine has rewritten', () => {
  it('leaves the rows where they are, and takes dead letters that became rows out of their files', async () => {
    const lake = await openIcebergLake();
    await writeBatches(strict(lake), [records(6, (n) => n < 2), records(6, (n) => n < 2)]);
    await commitBoth(lake);
    await rewriteAsOthersDo(lake);
    await rewriteAsOthersDo(lake, { name: letters });
    await redriveAll(lake, lenient(lake));
    expect(await visibleOffsets(lake)).toEqual(allOffsets(1, 12));
    expect(await visibleOffsets(lake, letters)).toEqual([]);
    expect([...(await doubledOffsets(lake)), ...(await doubledOffsets(lake, letters))]).toEqual([]);
    expect((await filesOf(lake)).filter((file) => file.startsWith('optimized-'))).toHaveLength(2);
    expect(await problems(lake)).toEqual([]);
  });
});

type Step =
  | { readonly kind: 'write'; readonly size: number; readonly longAt: number }
  | { readonly kind: 'rewrite'; readonly table: string; readonly hour: string }
  | ({ readonly kind: 'replay'; readonly from: number; readonly size: number } & Attempt)
  | ({ readonly kind: 'redrive' } & Attempt);

/** By which rules, and the step of the commit after which the process dies. */
interface Attempt {
  readonly isStrict: boolean;
  readonly diesAt: number;
}

const attempt = { isStrict: fc.boolean(), diesAt: fc.integer({ min: 1, max: 24 }) };
const sizes = fc.integer({ min: 1, max: 5 });
const script: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('write' as const), size: sizes, longAt: fc.nat(8) }),
    fc.record({
      kind: fc.constant('rewrite' as const),
      table: fc.constantFrom(testTable, testTable, letters),
      hour: fc.constantFrom('event_hour=08', 'event_hour=09', ''),
    }),
    fc.record({ kind: fc.constant('replay' as const), from: fc.nat(12), size: sizes, ...attempt }),
    fc.record({ kind: fc.constant('redrive' as const), ...attempt }),
  ),
  { minLength: 3, maxLength: 9, size: 'max' },
);

/** The tools of a process that dies after so many steps. */
function dying(tools: CommitTools, diesAt: number): CommitTools {
  let steps = 0;
  const step = (_name: string, phase: string): void => {
    if (phase === 'after' && ++steps > diesAt) throw new Error('the process is dead');
  };
  return { ...tools, observer: { step } };
}

describe('replays, redrives and other engines, in any order, by processes that die', () => {
  it('leave every record in one of the tables, and none twice in any snapshot', async () => {
    await fc.assert(
      fc.asyncProperty(script, async (steps) => {
        const lake = await openIcebergLake();
        const batches: TestRecord[][] = [records(4, (n) => n === 1)];
        let topic = await writeBatches(strict(lake), batches);
        await commitBoth(lake);
        for (const step of steps) {
          if (step.kind === 'write') {
            batches.push(records(step.size, (n) => n === step.longAt));
            topic = await writeBatches(strict(lake), batches);
            await commitBoth(lake);
          } else if (step.kind === 'rewrite') {
            if ((await lake.iceberg.load(step.table)) !== undefined)
              await rewriteAsOthersDo(lake, { name: step.table, chooses: (file) => file.includes(step.hour) });
          } else {
            const tools = dying(step.isStrict ? strict(lake) : lenient(lake), step.diesAt);
            const work =
              step.kind === 'redrive'
                ? redriveAll(lake, tools)
                : replaySnapshots(tools, topic, { from: BigInt(step.from), to: BigInt(step.from + step.size) });
            await work.catch((error: unknown) => {
              if (!String(error).includes('the process is dead')) throw error;
            });
          }
          await expectAll(lake, batches.flat().length);
        }
        await replaySnapshots(lenient(lake), topic, { from: 0n, to: BigInt(batches.flat().length) });
        await expectAll(lake, batches.flat().length);
        expect(await visibleOffsets(lake, letters)).toEqual([]);
        // objects of a replacement whose process died are in no snapshot
        expect(await problems(lake)).toEqual([]);
      }),
      { ...runs(4), endOnFailure: true },
    );
  });
});

async function expectAll(lake: IcebergTestLake, count: number): Promise<void> {
  const seen = new Set([...(await visibleOffsets(lake)), ...(await visibleOffsets(lake, letters))]);
  expect([...seen].toSorted()).toEqual(allOffsets(1, count));
  expect([...(await doubledOffsets(lake)), ...(await doubledOffsets(lake, letters))]).toEqual([]);
}
