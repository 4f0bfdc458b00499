import { appendFile, copyFile, cp, readFile, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { AuditedLake, fileOfOffsets, type Json } from '../../support/audited-lake.ts';

type Names = readonly string[];
type Tampering = (lake: AuditedLake) => Promise<unknown>;

interface EditedOutcome {
  records: number;
  rows: number;
  deadLetters: number;
  tombstones: number;
  objects: { key: string; kind: string; rows: number; bytes: number; crc32?: number; partition: string[] }[];
  lastRecord: { offset: string; timestampMs: number; valueCrc32: number };
}

/** Edits the outcome of the first entry of partition 0. */
function editOutcome(edit: (outcome: EditedOutcome) => void): Tampering {
  return (lake) =>
    lake.editEntry(0, 0, (entry) => {
      const outcome: EditedOutcome = JSON.parse(JSON.stringify(entry['outcome']));
      edit(outcome);
      return { ...entry, outcome };
    });
}

function overwrite(changes: Json): Tampering {
  return (lake) => lake.editEntry(0, 0, (entry) => ({ ...entry, ...changes }));
}

async function flipBit(path: string): Promise<void> {
  const bytes = await readFile(path);
  bytes[20] = (bytes[20] ?? 0) ^ 1;
  await writeFile(path, bytes);
}

async function object(lake: AuditedLake, at: number): Promise<string> {
  const paths = await lake.objects(0, 0);
  return paths[at] ?? '';
}

/** What is tampered with, how, and what the audit calls it: plain and, where that finds something else, with `deep`. */
const tamperings: readonly (readonly [string, Tampering, Names, Names?])[] = [
  ['an object deleted', async (lake) => rm(await object(lake, 1)), ['object-missing']],
  ['dead letters deleted', async (lake) => rm(await object(lake, 0)), ['object-missing']],
  ['an object truncated', async (lake) => truncate(await object(lake, 1), 100), ['object-size']],
  ['an object emptied', async (lake) => truncate(await object(lake, 1), 0), ['object-size']],
  ['a bit flipped', async (lake) => flipBit(await object(lake, 1)), [], ['object-checksum']],
  [
    'an object renamed',
    async (lake) => {
      const path = await object(lake, 1);
      await copyFile(path, path.replace('-g1.', '-g2.'));
      await rm(path);
    },
    ['object-unlisted', 'object-missing'],
    ['object-missing', 'object-unlisted'],
  ],
  [
    'objects of a batch exchanged, and their sizes in the ledger',
    async (lake) => {
      const [, a = '', b = ''] = await lake.objects(0, 0);
      const [first, second] = [await readFile(a), await readFile(b)];
      await writeFile(a, second);
      await writeFile(b, first);
      await editOutcome(({ objects }) => {
        const [one, two] = objects.filter(({ kind }) => kind === 'rows');
        if (one !== undefined && two !== undefined) {
          [one.bytes, two.bytes] = [two.bytes, one.bytes];
          [one.rows, two.rows] = [two.rows, one.rows];
        }
      })(lake);
    },
    [],
    ['object-checksum'],
  ],
  [
    'an object copied over another one of its batch before the entry was written',
    async (lake) => {
      const [, a = '', b = ''] = await lake.objects(0, 0);
      await copyFile(a, b);
      await editOutcome((outcome) => {
        const [one, two] = outcome.objects.filter(({ kind }) => kind === 'rows');
        if (one !== undefined && two !== undefined)
          Object.assign(two, { bytes: one.bytes, rows: one.rows, crc32: one.crc32 });
        outcome.rows = outcome.objects.reduce((sum, { kind, rows }) => sum + (kind === 'rows' ? rows : 0), 0);
        outcome.records = outcome.rows + outcome.deadLetters + outcome.tombstones;
      })(lake);
    },
    ['record-doubled'],
    ['record-doubled', 'record-missing'],
  ],
  [
    'the object of another partition in the place',
    async (lake) => {
      const [, theirs = ''] = await lake.objects(1, 0);
      await copyFile(theirs, await object(lake, 1));
    },
    [],
    ['object-checksum', 'record-misplaced', 'record-missing'],
  ],
  [
    'a row dropped, with ledger and size to match',
    async (lake) => {
      const bytes = await fileOfOffsets(0, [0, 2, 6, 8, 10, 12, 14, 16]);
      await writeFile(await object(lake, 1), bytes);
      await editOutcome((outcome) => {
        const changed = outcome.objects.find(({ kind }) => kind === 'rows');
        if (changed !== undefined) Object.assign(changed, { bytes: bytes.length, rows: 8 });
        outcome.rows = outcome.objects.reduce((sum, { kind, rows }) => sum + (kind === 'rows' ? rows : 0), 0);
        outcome.records = outcome.rows + outcome.deadLetters + outcome.tombstones;
      })(lake);
    },
    [],
    ['object-checksum'],
  ],
  [
    'a row invented, in an object of an entry without checksums',
    async (lake) => {
      const bytes = await fileOfOffsets(0, [0, 2, 6, 8, 10, 12, 14, 16, 18, 3]);
      await writeFile(await object(lake, 1), bytes);
      await editOutcome(({ objects }) => {
        for (const each of objects) delete each.crc32;
        const changed = objects.find(({ kind }) => kind === 'rows');
        if (changed !== undefined) changed.bytes = bytes.length;
      })(lake);
    },
    ['object-rows'],
    ['object-rows', 'record-doubled'],
  ],
  [
    'a row moved to another object of its batch, without checksums',
    async (lake) => {
      const [, a = '', b = ''] = await lake.objects(0, 0);
      const sizes = new Map<string, number>();
      const offsets = { [a]: [0, 2, 6, 8, 10, 12, 14, 16], [b]: [1, 5, 7, 9, 11, 13, 15, 17, 19, 18] };
      for (const [path, each] of Object.entries(offsets)) {
        const bytes = await fileOfOffsets(0, each);
        await writeFile(path, bytes);
        sizes.set(path, bytes.length);
      }
      await editOutcome(({ objects }) => {
        for (const each of objects) {
          delete each.crc32;
          each.bytes = sizes.get(join(lake.lake.root, each.key)) ?? each.bytes;
        }
      })(lake);
    },
    ['object-rows'],
  ],
  [
    'an object listed with a row less',
    editOutcome(({ objects }) => void objects[0]!.rows--),
    ['counts', 'object-rows'],
  ],
  [
    'a link to an object',
    async (lake) => symlink(await object(lake, 1), (await object(lake, 1)).replace('-g1.', '-g2.')),
    ['object-unlisted'],
  ],
  [
    'a link to a folder of objects',
    async (lake) => symlink(dirname(await object(lake, 1)), join(dirname(await object(lake, 1)), 'more')),
    ['object-unlisted'],
  ],
  [
    'a link in the place of an object',
    async (lake) => {
      const path = await object(lake, 1);
      await rename(path, join(lake.lake.root, 'moved'));
      await symlink(join(lake.lake.root, 'moved'), path);
    },
    ['object-unlisted', 'object-unreadable'],
    ['object-unreadable', 'object-unlisted'],
  ],
  [
    'a further version of an object',
    async (lake) => copyFile(await object(lake, 1), `${await object(lake, 1)}@2`),
    ['object-unlisted'],
  ],
  ['counts that do not add up', editOutcome((outcome) => void outcome.records++), ['counts']],
  [
    'tombstones more than there are offsets',
    editOutcome((outcome) => Object.assign(outcome, { tombstones: 9, records: 28 })),
    ['counts'],
  ],
  [
    'an object taken out of the list, with the counts',
    editOutcome((outcome) => {
      const [taken] = outcome.objects.splice(0, 1);
      if (taken?.kind === 'rows') outcome.rows -= taken.rows;
      else outcome.deadLetters -= taken?.rows ?? 0;
      outcome.records -= taken?.rows ?? 0;
    }),
    ['object-unlisted'],
  ],
  [
    'the objects of another entry listed',
    async (lake) => {
      let theirs: unknown;
      await lake.editEntry(0, 20, (entry) => {
        theirs = entry['outcome'];
        return entry;
      });
      await lake.editEntry(0, 0, (entry) => ({ ...entry, outcome: theirs }));
    },
    ['counts', 'object-unlisted'],
    ['counts', 'record-misplaced', 'record-missing', 'object-unlisted'],
  ],
  ['the last record edited', editLast(40), ['topic-recreated']],
  ['a last record of another range', editOutcome(({ lastRecord }) => void (lastRecord.offset = '25')), ['counts']],
  ['an entry of another partition', overwrite({ partition: 1 }), ['entry-unreadable', 'object-unlisted']],
  ['an entry of another table', overwrite({ table: 'others' }), ['entry-unreadable', 'object-unlisted']],
  ['an entry of another range', overwrite({ from: '5' }), ['entry-unreadable', 'object-unlisted']],
  ['an entry that ends where it begins', overwrite({ to: '0' }), ['entry-unreadable', 'object-unlisted']],
  [
    'an entry that was cut',
    (lake) => lake.editEntry(0, 0, (entry) => JSON.stringify(entry).slice(0, 90)),
    ['entry-unreadable', 'object-unlisted'],
  ],
  ['an entry of a newer format', overwrite({ format: 99 }), ['entry-unreadable', 'object-unlisted']],
  ['the first entry gone', (lake) => lake.removeEntry(0, 0), ['head-missing', 'object-unlisted']],
  ['the first entry of a longer chain gone with its objects', removeBatch(0, 0), ['head-missing']],
  [
    'an entry in the middle gone with its objects',
    async (lake) => {
      await lake.write(0);
      await removeBatch(0, 20)(lake);
    },
    ['hole-in-chain'],
  ],
  ['an entry longer than it is', overwrite({ to: '30' }), ['counts', 'overlap-in-chain']],
  [
    'a file in the ledger’s folder',
    (lake) => writeFile(join(lake.ledgerFolder(0), 'notes.txt'), ''),
    ['ledger-unknown-file'],
  ],
  [
    'files beside the folders of the partitions',
    async (lake) => {
      await writeFile(join(lake.ledgerFolder(0), '..', 'notes.txt'), '');
      await cp(lake.ledgerFolder(0), join(lake.ledgerFolder(0), '..', '0 copy'), { recursive: true });
    },
    ['ledger-unknown-file'],
  ],
  [
    'a copy of an entry beside it',
    (lake) => copyFile(`${lake.entryPath(0, 0)}@2`, `${lake.entryPath(0, 0)}.bak`),
    ['ledger-unknown-file'],
  ],
  [
    'a file written by hand into the table',
    async (lake) => writeFile(join(dirname(await object(lake, 1)), 'mine.parquet'), 'PAR1'),
    ['object-unlisted'],
  ],
  [
    'an object copied to a range that no entry has',
    async (lake) => {
      const path = await object(lake, 1);
      await copyFile(path, path.replace('-0-20-g1.', '-0-19-g1.'));
    },
    ['object-doubled'],
  ],
  [
    'an object of a generation that a later one has replaced',
    async (lake) => {
      const path = await object(lake, 1);
      await copyFile(path, path.replace('-0-20-g1.', '-0-20-g0.'));
    },
    ['object-obsolete'],
  ],
  [
    'an object copied over another of its batch',
    async (lake) => {
      const path = await object(lake, 1);
      await copyFile(path, path.replace('event_hour=09', 'event_hour=10'));
    },
    [],
    ['object-checksum', 'record-doubled', 'record-missing'],
  ],
];

function editLast(valueCrc32: number): Tampering {
  return (lake) =>
    lake.editEntry(0, 20, (entry) => {
      const outcome: EditedOutcome = JSON.parse(JSON.stringify(entry['outcome']));
      return { ...entry, outcome: { ...outcome, lastRecord: { ...outcome.lastRecord, valueCrc32 } } };
    });
}

function removeBatch(partition: number, from: number): Tampering {
  return async (lake) => {
    for (const path of await lake.objects(partition, from)) await rm(path);
    await lake.removeEntry(partition, from);
  };
}

const cases = tamperings.map(([what, tamper, plain, deep]) => [what, tamper, plain, deep ?? plain] as const);

describe('the audit', () => {
  it('finds nothing wrong with what was left alone', async () => {
    const lake = await AuditedLake.open();
    expect(await lake.objects(0, 0)).toHaveLength(3);
    expect((await lake.verify()).findings).toEqual([]);
    expect((await lake.verify({ deep: true })).findings).toEqual([]);
  });

  it.each(cases)('finds %s', async (_what, tamper, plain, deep) => {
    const lake = await AuditedLake.open();
    await tamper(lake);
    expect({ plain: await lake.problems(), deep: await lake.problems({ deep: true }) }).toEqual({ plain, deep });
  });

  it('passes over what query engines do not see', async () => {
    const lake = await AuditedLake.open();
    await appendFile(join(dirname(await object(lake, 1)), '_SUCCESS'), '');
    expect(await lake.problems()).toEqual([]);
  });

  it('says where, what, and what to do', async () => {
    const lake = await AuditedLake.open();
    await rm(await object(lake, 1));
    expect((await lake.verify()).findings).toMatchObject([
      {
        problem: 'object-missing',
        partition: 0,
        where: expect.stringMatching(/^readings\/.*kafka-readings-0-0-20-g1\.parquet$/),
        action: expect.stringContaining('glueless replay --partition 0 --from-offset 0 --to-offset 20'),
      },
    ]);
  });
});

describe('the advice for what is missing', () => {
  const adviceFor = async (lake: AuditedLake) => (await lake.verify()).findings.map(({ action }) => action);

  it.each<[string, Tampering]>([
    ['an object', async (lake) => rm(await object(lake, 1))],
    ['an entry with its objects', removeBatch(0, 0)],
  ])('names a replay only while Kafka holds the range: %s', async (_what, tamper) => {
    const lake = await AuditedLake.open();
    await tamper(lake);
    expect(await adviceFor(lake)).toEqual([
      expect.stringMatching(/glueless replay --partition 0 --from-offset 0 --to-offset 20(,|$)/),
    ]);
    lake.topic.deleteBelow(0, 20n);
    expect(await adviceFor(lake)).toEqual([
      expect.stringMatching(/^restore (?!.*glueless replay(?!.* --allow-loss ))/),
    ]);
  });
});
