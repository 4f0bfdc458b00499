import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { stepNames } from '../../src/consumer/commit/tools/pipeline-observer.ts';
import { kafkaEnvironment, ownNames, runCli } from '../support/cli.ts';
import { TraceCollector } from '../support/trace-collector.ts';

it('sends a trace of each batch to a collector, and writes the same without it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'traces-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const env = { ...kafkaEnvironment(), ...ownNames(), LAKE: folder };
  const publish = ['produce', '--count', '400', '--partitions', '2'];
  expect(await runCli(publish, env)).toMatchObject({ code: 0 });

  const collector = await TraceCollector.start();
  const traced = { ...env, OTEL_EXPORTER_OTLP_ENDPOINT: collector.url.href, OTEL_SERVICE_NAME: 'ward' };
  expect(await runCli(['consume', '--until-end'], traced)).toMatchObject({ code: 0 });
  const batches = collector.spans.filter(({ parentSpanId }) => parentSpanId === undefined);
  expect(batches.map(({ name, attributes }) => [name, attributes['glueless.reason']])).toEqual([
    [`commit ${env.KAFKA_TOPIC}`, 'end'],
    [`commit ${env.KAFKA_TOPIC}`, 'end'],
  ]);
  expect(batches.reduce((sum, { attributes }) => sum + Number(attributes['glueless.rows']), 0)).toBe(400);
  const steps = collector.spans.filter(({ parentSpanId }) => batches.some(({ spanId }) => spanId === parentSpanId));
  expect(new Set(steps.map(({ name }) => name))).toEqual(new Set(['schemas', ...stepNames]));
  expect(collector.resources[0]).toMatchObject({ 'service.name': 'ward' });
  await collector[Symbol.asyncDispose]();

  expect(await runCli(publish, env)).toMatchObject({ code: 0 });
  const alone = await runCli(['consume', '--until-end'], traced);
  expect(alone).toMatchObject({ code: 0, stderr: expect.stringContaining('traces can’t be delivered, batches go on') });
  const { stdout } = await runCli(['verify', '--deep', '--json'], env);
  expect(JSON.parse(stdout)).toMatchObject({ ok: true });
});
