import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Catalog, TableDefinition } from '../../src/consumer/ports/lake.ts';
import { parseColumns } from '../../src/schema/types/hive-ddl.ts';

/** Tests that every catalog must pass; they run on the local lake's and on Glue. */
export function describeCatalog(name: string, open: () => Promise<{ catalog: Catalog; location: string }>): void {
  describe(`catalog: ${name}`, () => {
    const setup = async () => {
      const { catalog, location } = await open();
      const table = `t_${randomUUID().replaceAll('-', '')}`;
      const definition: TableDefinition = {
        name: table,
        columns: parseColumns('a double, place struct<lat:double>'),
        partitionKeys: parseColumns('event_date string, event_hour string'),
        location: `${location}${table}/`,
        parameters: { 'glueless.format': '1' },
      };
      const load = async () => {
        const loaded = await catalog.load(table);
        if (loaded === undefined) throw new Error(`${table} is not there`);
        return loaded;
      };
      return { catalog, table, definition, load };
    };

    it('gives back the table that was created', async () => {
      const { catalog, definition, load } = await setup();
      expect(await catalog.create(definition)).toBe('created');
      expect(await load()).toMatchObject({ ...definition, parameters: expect.objectContaining(definition.parameters) });
      expect(await catalog.create(definition)).toBe('exists');
    });

    it('knows no table that was never created', async () => {
      const { catalog, table } = await setup();
      expect(await catalog.load(table)).toBeUndefined();
      expect(await Array.fromAsync(catalog.listPartitions(table))).toEqual([]);
    });

    it('lets one of many change a version', async () => {
      const { catalog, table, definition, load } = await setup();
      await catalog.create(definition);
      const { version } = await load();
      const results = await Promise.all(
        ['b', 'c', 'd'].map((column) =>
          catalog.evolve({ table, expectedVersion: version, addColumns: parseColumns(`${column} string`) }),
        ),
      );
      expect(results.filter((result) => result === 'evolved')).toHaveLength(1);
      expect(results.filter((result) => result === 'conflict')).toHaveLength(2);
      expect((await load()).columns).toHaveLength(3);
    });

    it('adds columns behind those that are there, and fields to a struct', async () => {
      const { catalog, table, definition, load } = await setup();
      await catalog.create(definition);
      await catalog.evolve({
        table,
        expectedVersion: (await load()).version,
        addColumns: parseColumns('b string'),
        replaceColumns: parseColumns('place struct<lat:double,lon:double>'),
        parameters: { note: 'x' },
      });
      const changed = await load();
      expect(changed.columns).toEqual(parseColumns('a double, place struct<lat:double,lon:double>, b string'));
      expect(changed.parameters).toMatchObject({ 'glueless.format': '1', note: 'x' });
    });

    it('removes parameters', async () => {
      const { catalog, table, definition, load } = await setup();
      await catalog.create({ ...definition, parameters: { ...definition.parameters, note: 'x' } });
      const expectedVersion = (await load()).version;
      await catalog.evolve({ table, expectedVersion, addColumns: [], removeParameters: ['note'] });
      const { parameters, columns } = await load();
      expect([parameters['note'], parameters['glueless.format'], columns]).toEqual([
        undefined,
        '1',
        definition.columns,
      ]);
    });

    it('leaves a partition as it is that is added again', async () => {
      const { catalog, table, definition, load } = await setup();
      await catalog.create(definition);
      const loaded = await load();
      const partition = (hour: string) => ({
        values: ['2026-11-23', hour],
        location: `${definition.location}event_date=2026-11-23/event_hour=${hour}/`,
      });
      await catalog.addPartitions(loaded, [partition('08'), partition('09')]);
      await catalog.addPartitions(loaded, [partition('09'), partition('10')]);
      const found = await Array.fromAsync(catalog.listPartitions(table));
      expect(found.toSorted((a, b) => a.location.localeCompare(b.location))).toMatchObject(
        ['08', '09', '10'].map(partition),
      );
      await catalog.removePartitions(table, [
        ['2026-11-23', '08'],
        ['2026-11-23', '23'],
      ]);
      expect(await Array.fromAsync(catalog.listPartitions(table))).toHaveLength(2);
    });

    it('lets a partition lie elsewhere, and leaves it there when it is added again', async () => {
      const { catalog, table, definition, load } = await setup();
      await catalog.create(definition);
      const folder = (of: string) => definition.location.replace(table, of);
      const at = (of: string) => ({
        values: ['2026-11-23', '08'],
        location: `${folder(of)}event_date=2026-11-23/event_hour=08/`,
      });
      const [old, moved] = [at(table), at(`${table}.merged`)];
      const listed = async () => await Array.fromAsync(catalog.listPartitions(table));
      expect(await catalog.movePartition(await load(), moved)).toBe('missing');
      expect(await listed()).toEqual([]);
      await catalog.addPartitions(await load(), [{ ...old, movedTo: moved.location }]);
      expect(await listed()).toMatchObject([old]);
      for (const _time of [1, 2]) {
        expect(await catalog.movePartition(await load(), moved)).toBe('moved');
        expect(await listed()).toMatchObject([moved]);
      }
      const replaceColumns = parseColumns('place struct<lat:double,lon:double>');
      const { version: expectedVersion } = await load();
      await catalog.evolve({ table, expectedVersion, addColumns: [], replaceColumns });
      await catalog.addPartitions(await load(), [{ ...old, movedTo: moved.location }]);
      const [present] = await listed();
      expect(present).toMatchObject(moved);
      expect(present?.types?.get('place') ?? 'struct<lat:double,lon:double>').toBe('struct<lat:double,lon:double>');
      await expect(catalog.addPartitions(await load(), [old])).rejects.toMatchObject({ code: 'TABLE_MISMATCH' });
    });

    it('adds more partitions at once than fit in one request of Glue', async () => {
      const { catalog, table, definition, load } = await setup();
      await catalog.create(definition);
      const partitions = Array.from({ length: 130 }, (_, index) => ({
        values: [new Date(Date.UTC(2026, 0, 1 + index)).toISOString().slice(0, 10), '00'],
        location: `${definition.location}event_date=${index}/`,
      }));
      await catalog.addPartitions(await load(), partitions);
      expect(await Array.fromAsync(catalog.listPartitions(table))).toHaveLength(130);
    });

    it.each([
      ['a name in upper case', { columns: parseColumns('a double').map((column) => ({ ...column, name: 'A' })) }],
      ['a column twice', { columns: [...parseColumns('a double'), ...parseColumns('a string')] }],
      ['a column that is a partition key too', { columns: parseColumns('event_date string') }],
      ['no columns', { columns: [] }],
      ['a location without a slash at its end', { location: 's3://bucket/t' }],
    ])('refuses %s, as Glue or Athena would', async (_what, wrong) => {
      const { catalog, definition } = await setup();
      await expect(catalog.create({ ...definition, ...wrong })).rejects.toMatchObject({ code: 'CATALOG_INVALID' });
    });

    it('refuses a partition that does not fit the keys', async () => {
      const { catalog, definition, load } = await setup();
      await catalog.create(definition);
      const partition = { values: ['2026-11-23'], location: `${definition.location}x/` };
      await expect(catalog.addPartitions(await load(), [partition])).rejects.toMatchObject({ code: 'CATALOG_INVALID' });
    });
  });
}
