import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { runCli, RunningCli } from '../support/cli.ts';
import { countWithPyarrow } from '../support/pyarrow.ts';

const lake = resolve('.cache/demo/lake');

describe('the demo', () => {
  it('ends with a report, an alert and the proof, and pyarrow agrees', async () => {
    const { code, stdout } = await runCli(['demo', '--count', '20000'], {});
    expect({ code, stdout }).toMatchObject({ code: 0 });
    expect(stdout).toMatch(/HIGH|LOW/);
    expect(stdout).toContain('nothing lost, nothing doubled');
    const rows = await countWithPyarrow(resolve(lake, 'thermometer'));
    const rejected = await countWithPyarrow(resolve(lake, 'thermometer_dead_letters'));
    expect(rows.rows + rejected.rows).toBe(20_000);
  });

  it('does the same on S3, Glue and Athena', async () => {
    const { code, stdout } = await runCli(['demo', '--count', '20000', '--lake', 's3'], {});
    expect({ code, stdout }).toMatchObject({ code: 0 });
    expect(stdout).toContain('of 20000 acknowledged readings');
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
