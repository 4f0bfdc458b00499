import { describe, expect, it } from 'vitest';
import { createDuckdbQueryEngine } from '../../../src/lake/duckdb-query-engine.ts';
import { hiveFiles } from '../../../src/consumer/table/objects/hive-files.ts';
import { AuditedLake } from '../../support/audited-lake.ts';
import { testTable } from '../../support/lake.ts';
import { mergeLake } from '../../support/merge-lake.ts';

describe('queries of a local Hive table', () => {
  it('count each row once, before its partitions are merged, while both folders have the rows, and when the old one is empty', async () => {
    const lake = await AuditedLake.open();
    const { store, catalog } = lake.lake;
    const files = () => hiveFiles(catalog, store, testTable);
    const engine = await createDuckdbQueryEngine([{ name: testTable, location: store.uri(`${testTable}/`), files }]);
    const count = async () => {
      const sql = `SELECT event_hour, count(*) AS n, count(DISTINCT (kafka_partition, kafka_offset)) AS once FROM ${testTable} GROUP BY event_hour ORDER BY event_hour`;
      return (await engine.query(sql)).map(({ event_hour: hour, n, once }) => [hour, Number(n), Number(once)]);
    };
    try {
      const all = [
        ['09', 36, 36],
        ['10', 36, 36],
      ];
      expect(await count()).toEqual(all);
      expect(await files()).toBeUndefined();
      await mergeLake(store);
      expect(await count()).toEqual(all);
      await mergeLake(store, { orphansBeforeMs: Infinity });
      expect(await Array.fromAsync(store.list(`${testTable}/`))).toEqual([]);
      expect(await count()).toEqual(all);
      await lake.write(0);
      await mergeLake(store);
      expect(await count()).toEqual([
        ['09', 45, 45],
        ['10', 45, 45],
      ]);
    } finally {
      await engine.close();
    }
  });
});
