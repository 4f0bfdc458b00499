import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, inject, it } from 'vitest';
import { createDuckdbQueryEngine } from '../../src/lake/duckdb-query-engine.ts';
import { runCli, RunningCli } from '../support/cli.ts';
import { countWithPyarrow } from '../support/pyarrow.ts';

const lake = resolve('.cache/demo/lake');

/** The queries of a page, by DuckDB on the demo's table. */
async function runQueriesOf(page: string): Promise<number> {
  const location = (table: string): string => pathToFileURL(`${resolve(lake, table)}/`).href;
  const engine = await createDuckdbQueryEngine([
    { name: 'thermometer', location: location('thermometer') },
    { name: 'thermometer_2', location: location('thermometer') },
    { name: 'thermometer_dead_letters', location: location('thermometer_dead_letters') },
  ]);
  const queries = [...readFileSync(page, 'utf8').matchAll(/^```sql\n(.*?)^```/gms)].map(([, sql = '']) => sql);
  for (const sql of queries) await engine.query(sql);
  await engine.close();
  return queries.length;
}

/** A page of the monitor in one line, as it is read. */
async function textOf(address: string): Promise<string> {
  const page = await (await fetch(address)).text();
  return page.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ');
}

describe('the demo', () => {
  it('ends with a report, an alert and the proof, and pyarrow agrees', async () => {
    const { code, stdout } = await runCli(['demo', '--count', '20000'], {});
    expect({ code, stdout }).toMatchObject({ code: 0 });
    expect(stdout).toMatch(/HIGH|LOW/);
    expect(stdout).toContain('nothing lost, nothing doubled');
    const rows = await countWithPyarrow(resolve(lake, 'thermometer'));
    const rejected = await countWithPyarrow(resolve(lake, 'thermometer_dead_letters'));
    expect(rows.rows + rejected.rows).toBe(20_000);
    expect(await runQueriesOf('docs/athena.md')).toBeGreaterThan(5);
  });

  it('does the same with an Iceberg table', async () => {
    const { code, stdout } = await runCli(['demo', '--count', '3000', '--format', 'iceberg'], {});
    expect({ code, stdout }).toMatchObject({ code: 0 });
    expect(stdout).toMatch(/HIGH|LOW/);
    expect(stdout).toContain('of 3000 acknowledged readings');
  });

  it('does the same on S3, Glue and Athena', async () => {
    const { code, stdout } = await runCli(['demo', '--count', '20000', '--lake', 's3'], {});
    expect({ code, stdout }).toMatchObject({ code: 0 });
    expect(stdout).toContain('of 20000 acknowledged readings');
  });

  it('goes on with --monitor until a signal, with a page that shows a fever', async () => {
    const { bootstrap, credentials } = inject('stack');
    const { ca, cert, key } = credentials.admin;
    const env = { KAFKA_BROKERS: bootstrap, KAFKA_TLS_CA: ca, KAFKA_TLS_CERT: cert, KAFKA_TLS_KEY: key };
    const demo = new RunningCli(['demo', '--count', '5000', '--monitor'], env);
    await demo.untilLogged(/until Ctrl-C/);
    const [, address = ''] = /monitor: (http:\S+)/.exec(demo.log) ?? [];
    await expect.poll(async () => textOf(address)).toMatch(/patient-000[12] 3[789]\.\d °C .{0,10}out of range/);
    await expect.poll(async () => textOf(`${address}pipeline`)).toMatch(/Consumers[^]*1 of 1/);
    expect(await demo.stop('SIGINT')).toBe(130);
    await expect(fetch(address)).rejects.toThrow('fetch failed');
  });

  it('uses a broker it is given, and stops everything on a signal', async () => {
    const { bootstrap, credentials } = inject('stack');
    const { ca, cert, key } = credentials.admin;
    const env = {
      KAFKA_BROKERS: bootstrap,
      KAFKA_TLS_CA: ca,
      KAFKA_TLS_CERT: cert,
      KAFKA_TLS_KEY: key,
      NAME_OF_TEST: `demo-${process.pid}`,
    };
    const demo = new RunningCli(['demo', '--count', '3000000'], env);
    await demo.untilLogged(/publishing 3000000/);
    expect(await demo.stop('SIGINT')).toBe(130);
    const left = execFileSync('sh', [
      '-c',
      `grep -lsa NAME_OF_TEST=demo-${process.pid} /proc/[0-9]*/environ || true`,
    ]).toString();
    expect(left).toBe('');
  });
});
