import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDuckdbQueryEngine } from '../../../src/lake/duckdb-query-engine.ts';
import { createJsonCatalog } from '../../../src/lake/catalog/json-catalog.ts';
import { createLocalObjectStore } from '../../../src/lake/store/local-object-store.ts';
import type { QueryEngine } from '../../../src/report/query-engine.ts';
import { comparable, sqlAnswers, sqlFiles, thermometer, writeThermometer } from '../../support/sql-files.ts';

let engine: QueryEngine;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'glueless-test-'));
  const store = createLocalObjectStore({ root: folder });
  await writeThermometer(store, createJsonCatalog({ store, database: 'test' }));
  const names = [thermometer, `${thermometer}_dead_letters`, `${thermometer}_hours`];
  engine = await createDuckdbQueryEngine(names.map((name) => ({ name, location: store.uri(`${name}/`) })));
});

afterAll(async () => {
  await engine.close();
  await rm(folder, { recursive: true, force: true });
});

const files = sqlFiles();

describe('the statements for operators', () => {
  it.each([...files])('answer as they say: %s, by DuckDB', async (name, sql) => {
    const rows = await engine.query(sql);
    expect(
      comparable(
        name,
        rows.map((row) => Object.values(row)),
      ),
    ).toEqual(sqlAnswers[name]);
  });

  it('are all named in the page on queries, and none beside them', () => {
    const page = readFileSync('docs/athena.md', 'utf8');
    const named = [...page.matchAll(/\bsql\/[\w-]+\.sql\b/g)].map(([path]) => path.slice('sql/'.length));
    expect(new Set(named)).toEqual(new Set(files.keys()));
    expect(new Set(Object.keys(sqlAnswers))).toEqual(new Set(files.keys()));
  });

  it('answers the queries of the page on hours', async () => {
    const page = readFileSync('docs/hours.md', 'utf8');
    const queries = [...page.matchAll(/^```sql\n(.*?)^```/gms)].map(([, sql = '']) => sql);
    expect(queries).toHaveLength(2);
    const [states = [], rows = []] = await Promise.all(queries.map((sql) => engine.query(sql)));
    expect(states).toMatchObject([
      { hour: '2026-11-23T09', state: 'complete', rows: 15n, late_rows: 5n },
      { hour: '2026-11-23T10', state: 'filling' },
    ]);
    expect(rows).toHaveLength(15);
  });
});
