import { describe, expect, it } from 'vitest';
import type { ObjectStore } from '../../src/consumer/ports/lake.ts';
import type { Catalog } from '../../src/consumer/ports/lake.ts';
import type { LoadedTable, TableChange } from '../../src/iceberg/iceberg-catalog.ts';
import type { IcebergSchema } from '../../src/iceberg/metadata/iceberg-schema.ts';
import { keyOfUri } from '../../src/iceberg/object-uri.ts';
import { currentSchema, currentSnapshot } from '../../src/iceberg/metadata/table-metadata.ts';
import { parseColumns } from '../../src/schema/types/hive-ddl.ts';
import { appendTo, creationOf } from '../support/iceberg-tables.ts';
import { describeIcebergCatalog, loadFrom, type OpenedIcebergCatalog } from './iceberg-catalog-contract.ts';

export interface OpenedPointerCatalog extends OpenedIcebergCatalog {
  readonly store: ObjectStore;
  /** The same database, for tables of plain Parquet files. */
  readonly hive: Catalog;
}

/** Tests that every catalog must pass that writes metadata files itself and points to them. */
export function describePointerCatalog(title: string, prepare: () => Promise<OpenedPointerCatalog>): void {
  describeIcebergCatalog(title, prepare);

  describe(`Iceberg catalog: ${title}`, () => {
    const setup = async () => {
      const opened = await prepare();
      const outcome = await opened.open().create('readings', creationOf(`${opened.location}readings`));
      if (outcome.kind !== 'created') throw new Error('there is a table already');
      const key = keyOfUri(opened.store, outcome.table.metadataLocation);
      const replace = async (edit: (text: string) => string): Promise<void> => {
        const stored = await opened.store.get(key);
        await opened.store.put(key, Buffer.from(edit(Buffer.from(stored?.bytes ?? []).toString())));
      };
      return { ...opened, base: outcome.table, key, replace };
    };

    it('keeps what it does not know through a commit', async () => {
      const { open, replace } = await setup();
      const unknown = '"statistics":[{"snapshot-id":9007199254740993,"blob":{"deep":[1,null]}}],';
      await replace((text) => text.replace('{', `{${unknown}`).replace('"name":"lat"', '"name":"lat","initial":0'));
      const catalog = open();
      const base = await loadFrom(catalog, 'readings');
      await catalog.commit(base, appendTo(base, 1n, 'x'));
      const { metadata } = await loadFrom(open(), 'readings');
      const statistics = [{ 'snapshot-id': 9_007_199_254_740_993n, blob: { deep: [1, null] } }];
      expect(metadata).toMatchObject({ statistics });
      expect(JSON.stringify(metadata.schemas)).toContain('"initial":0');
    });

    const grow = ({ metadata }: LoadedTable, type = 'double'): TableChange => {
      const schema = currentSchema(metadata);
      const id = metadata['last-column-id'] + 1;
      const fields = [...schema.fields, { id, name: `f${id}`, required: false, type }];
      return changeTo({ ...schema, fields });
    };
    const changeTo = (schema: IcebergSchema): TableChange => ({
      requirements: [],
      updates: [
        { action: 'add-schema', schema },
        { action: 'set-current-schema', 'schema-id': -1 },
      ],
    });

    it('adds a snapshot to a table that others have grown meanwhile, under the schema that it has then', async () => {
      const { open, base } = await setup();
      const others = open();
      for (let n = 0; n < 3; n++) {
        const now = await loadFrom(others, 'readings');
        expect((await others.commit(now, grow(now))).kind).toBe('committed');
      }
      const outcome = await open().commit(base, appendTo(base, 1n, 'x'));
      expect(outcome.kind).toBe('committed');
      const { metadata } = await loadFrom(open(), 'readings');
      expect(currentSnapshot(metadata)).toMatchObject({ 'snapshot-id': 1n, 'schema-id': 3 });
      expect(currentSchema(metadata).fields).toHaveLength(currentSchema(base.metadata).fields.length + 3);
      expect(metadata.properties['glueless.positions']).toBe('x');
    });

    it.each([
      ['a snapshot', (now: LoadedTable) => appendTo(now, 7n, 'theirs')],
      [
        'a property',
        () => ({ requirements: [], updates: [{ action: 'set-properties' as const, updates: { fence: '1' } }] }),
      ],
      [
        'a column of another name',
        ({ metadata }: LoadedTable) => {
          const { fields, ...schema } = currentSchema(metadata);
          return changeTo({ ...schema, fields: fields.map((each) => ({ ...each, name: `${each.name}_` })) });
        },
      ],
      [
        'a column of another type',
        ({ metadata }: LoadedTable) => {
          const { fields, ...schema } = currentSchema(metadata);
          return changeTo({ ...schema, fields: fields.map((each) => ({ ...each, type: 'long' })) });
        },
      ],
    ])('refuses a snapshot when others have changed more than columns to add: %s', async (_what, change) => {
      const { open, base } = await setup();
      const others = open();
      expect((await others.commit(base, change(base))).kind).toBe('committed');
      const changed = await loadFrom(others, 'readings');
      expect((await others.commit(changed, grow(changed))).kind).toBe('committed');
      expect(await open().commit(base, appendTo(base, 1n, 'x'))).toEqual({ kind: 'conflict' });
    });

    it('refuses new columns of a table that others have grown meanwhile: their ids are taken', async () => {
      const { open, base } = await setup();
      const catalog = open();
      expect((await catalog.commit(base, grow(base))).kind).toBe('committed');
      expect(await open().commit(base, grow(base, 'string'))).toEqual({ kind: 'conflict' });
    });

    it.each([
      ['half of it', (text: string) => text.slice(0, text.length >> 1), 'CATALOG_CORRUPT'],
      ['nothing', () => '', 'CATALOG_CORRUPT'],
      ['another JSON', () => '{"a":1}', 'CATALOG_CORRUPT'],
      [
        'a version of the format that it does not know',
        (text: string) => text.replace('"format-version":2', '"format-version":3'),
        'TABLE_MISMATCH',
      ],
    ])('says what it points to when the metadata file has %s', async (_what, damage, code) => {
      const { open, replace, base } = await setup();
      await replace(damage);
      await expect(open().load('readings')).rejects.toMatchObject({
        code,
        retryable: false,
        message: expect.stringContaining(base.metadataLocation),
      });
    });

    it('says so when the metadata file is gone', async () => {
      const { open, store, key } = await setup();
      await store.delete([key]);
      await expect(open().load('readings')).rejects.toMatchObject({ code: 'CATALOG_CORRUPT', retryable: false });
    });

    it('never takes a table of plain Parquet files for one of its own, nor the other way round', async () => {
      const { open, hive, location } = await setup();
      const definition = {
        name: 'plain',
        columns: parseColumns('a double'),
        partitionKeys: [],
        location: `${location}plain/`,
        parameters: {},
      };
      expect(await hive.create(definition)).toBe('created');
      await expect(open().load('plain')).rejects.toMatchObject({ code: 'TABLE_MISMATCH', retryable: false });
      await expect(open().create('plain', creationOf(`${location}x`))).rejects.toMatchObject({
        code: 'TABLE_MISMATCH',
      });
      expect(await hive.create({ ...definition, name: 'readings' })).toBe('exists');
      expect(await hive.load('readings')).toMatchObject({ otherKind: 'a table of the format ICEBERG' });
    });
  });
}
