import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { IcebergCatalog, LoadedTable } from '../../src/iceberg/iceberg-catalog.ts';
import { currentSchema, currentSnapshot } from '../../src/iceberg/metadata/table-metadata.ts';
import { appendTo, creationOf, largeSnapshotId } from '../support/iceberg-tables.ts';

export interface OpenedIcebergCatalog {
  /** Opens the catalog as another process does. */
  open(): IcebergCatalog;
  /** URI of a folder for tables, ends in `/`. */
  readonly location: string;
  /** Removes a table from the catalog, as an operator does. */
  drop(table: string): Promise<void>;
}

/** Tests that every catalog of Iceberg tables must pass: the one beside the data, Glue, REST. */
export function describeIcebergCatalog(title: string, prepare: () => Promise<OpenedIcebergCatalog>): void {
  describe(`Iceberg catalog: ${title}`, () => {
    const setup = async () => {
      const { open, location, drop } = await prepare();
      const name = `t_${randomUUID().replaceAll('-', '')}`;
      const catalog = open();
      const create = async () => {
        const outcome = await catalog.create(name, creationOf(`${location}${name}`));
        if (outcome.kind !== 'created') throw new Error(`${name} was not created`);
        return outcome.table;
      };
      return { open, catalog, name, create, drop: () => drop(name), load: () => loadFrom(open(), name) };
    };

    it('gives back the table that was created', async () => {
      const { catalog, create, load, name } = await setup();
      expect(await catalog.load(name)).toBeUndefined();
      const table = await create();
      const loaded = await load();
      expect(loaded).toEqual(table);
      expect(loaded.metadata.properties['glueless.topic']).toBe('readings');
      const names = currentSchema(loaded.metadata).fields.map((field) => field.name);
      expect(names).toEqual(['temperature', 'eventtime', 'place', 'event_date']);
      const again = await catalog.create(name, creationOf(table.metadata.location));
      expect(again).toEqual({ kind: 'exists' });
    });

    it('lets one of many create a table', async () => {
      const { open, name, create, drop, load } = await setup();
      const { metadata } = await create();
      await drop();
      const outcomes = await Promise.all([1, 2, 3].map(() => open().create(name, creationOf(metadata.location))));
      expect(outcomes.map(({ kind }) => kind).toSorted()).toEqual(['created', 'exists', 'exists']);
      const won = outcomes.find((outcome) => outcome.kind === 'created');
      expect((await load()).metadata['table-uuid']).toBe(won?.table.metadata['table-uuid']);
    });

    it('keeps a commit, its properties and every digit of its id', async () => {
      const { catalog, create, load } = await setup();
      const id = largeSnapshotId();
      const created = await create();
      const outcome = await catalog.commit(created, appendTo(created, id, '{"readings/0":"10"}'));
      const loaded = await load();
      expect(outcome).toEqual({ kind: 'committed', table: loaded });
      expect(currentSnapshot(loaded.metadata)?.['snapshot-id']).toBe(id);
      expect(loaded.metadata.properties['glueless.positions']).toBe('{"readings/0":"10"}');
      expect(loaded.metadata['metadata-log'].map((entry) => entry['metadata-file'])).toEqual([
        created.metadataLocation,
      ]);
    });

    it('lets one of many commit on the same table', async () => {
      const { open, create, load, name } = await setup();
      await create();
      const ids = Array.from({ length: 5 }, largeSnapshotId);
      const outcomes = await Promise.all(
        ids.map(async (id) => {
          const catalog = open();
          const base = await loadFrom(catalog, name);
          return { id, base, catalog };
        }),
      ).then((members) =>
        Promise.all(members.map(({ id, base, catalog }) => catalog.commit(base, appendTo(base, id, String(id))))),
      );
      expect(outcomes.filter(({ kind }) => kind === 'conflict')).toHaveLength(4);
      const { metadata } = await load();
      expect(metadata.snapshots).toHaveLength(1);
      expect(metadata.properties['glueless.positions']).toBe(String(currentSnapshot(metadata)?.['snapshot-id']));
    });

    it('takes every commit in when each begins again after a conflict', async () => {
      const { open, create, load, name } = await setup();
      await create();
      const commitUntilIn = async (id: bigint): Promise<void> => {
        const catalog = open();
        for (;;) {
          const base = await loadFrom(catalog, name);
          if ((await catalog.commit(base, appendTo(base, id, String(id)))).kind === 'committed') return;
        }
      };
      const ids = Array.from({ length: 4 }, largeSnapshotId);
      await Promise.all(ids.map(commitUntilIn));
      const committed = (await load()).metadata.snapshots.map((snapshot) => snapshot['snapshot-id']);
      expect(new Set(committed)).toEqual(new Set(ids));
      expect(committed).toHaveLength(ids.length);
    });

    it('refuses a commit whose requirement does not hold', async () => {
      const { catalog, create, load } = await setup();
      const base = await create();
      const change = appendTo(base, 1n, 'x');
      const requirements = [
        ...change.requirements,
        { type: 'assert-current-schema-id' as const, 'current-schema-id': 7 },
      ];
      expect(await catalog.commit(base, { ...change, requirements })).toEqual({ kind: 'conflict' });
      expect((await load()).metadataLocation).toBe(base.metadataLocation);
    });

    it('leaves a table alone that was made anew since it was loaded', async () => {
      const { catalog, create, drop, load } = await setup();
      const old = await create();
      await drop();
      expect(await catalog.commit(old, appendTo(old, 1n, 'lost'))).toEqual({ kind: 'conflict' });
      const anew = await create();
      expect(await catalog.commit(old, appendTo(old, 2n, 'lost'))).toEqual({ kind: 'conflict' });
      expect(await load()).toEqual(anew);
      expect((await catalog.commit(anew, appendTo(anew, 3n, 'x'))).kind).toBe('committed');
    });

    it('adds columns under new ids, and keeps the schema of a snapshot', async () => {
      const { catalog, create, load } = await setup();
      const made = await create();
      await catalog.commit(made, appendTo(made, 1n, 'x'));
      const base = await load();
      const { fields } = currentSchema(base.metadata);
      const id = base.metadata['last-column-id'] + 1;
      const schema = {
        type: 'struct' as const,
        'schema-id': 1,
        fields: [...fields, { id, name: 'humidity', required: false, type: 'double' }],
      };
      const outcome = await catalog.commit(base, {
        requirements: [{ type: 'assert-last-assigned-field-id', 'last-assigned-field-id': id - 1 }],
        updates: [
          { action: 'add-schema', schema },
          { action: 'set-current-schema', 'schema-id': -1 },
        ],
      });
      expect(outcome.kind).toBe('committed');
      const { metadata } = await load();
      expect(currentSchema(metadata).fields.at(-1)).toMatchObject({ id, name: 'humidity', type: 'double' });
      expect(metadata.schemas).toHaveLength(2);
      expect(metadata['last-column-id']).toBe(id);
    });
  });
}

/** Loads a table that must be there. */
export async function loadFrom(catalog: IcebergCatalog, name: string): Promise<LoadedTable> {
  const loaded = await catalog.load(name);
  if (loaded === undefined) throw new Error(`${name} is not there`);
  return loaded;
}
