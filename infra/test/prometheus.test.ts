import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { createMetrics } from '../../src/app/observe/metrics.ts';
import { yaml } from './yaml.ts';

const read = (path: string): string => readFileSync(join(import.meta.dirname, '..', path), 'utf8');

const sentence = z.string().regex(/\w+ \w+/);
const rules = z
  .object({
    groups: z.tuple([
      z.object({
        rules: z.array(
          z.object({
            alert: z.string().startsWith('Glueless'),
            expr: z.string(),
            labels: z.object({ severity: z.enum(['warning', 'critical']) }),
            annotations: z.object({ summary: sentence, action: sentence }),
          }),
        ),
      }),
    ]),
  })
  .parse(yaml.parse(read('prometheus/alert-rules.yaml'))).groups[0].rules;

const { panels } = z
  .object({
    panels: z.array(
      z.object({
        title: z.string(),
        description: z.string(),
        targets: z.array(z.object({ expr: z.string(), legendFormat: z.string() })),
      }),
    ),
  })
  .parse(JSON.parse(read('grafana/dashboard.json')));

/** The names of the program's metrics with their labels, as Prometheus stores them. */
async function storedMetrics(): Promise<ReadonlyMap<string, readonly string[]>> {
  const metrics = createMetrics();
  const described = await metrics.registry.getMetricsAsJSON();
  const labels = new Map(Object.values(metrics).map((each) => [nameOf(each), labelsOf(each)]));
  return new Map(
    described.flatMap(({ name, type }): [string, readonly string[]][] => {
      const own = labels.get(name) ?? [];
      if (String(type) !== 'histogram') return [[name, own]];
      return ['_bucket', '_sum', '_count'].map((suffix) => [`${name}${suffix}`, [...own, 'le']]);
    }),
  );
}

const shape = z.object({ name: z.string(), labelNames: z.array(z.string()) });
const nameOf = (metric: unknown): string => shape.safeParse(metric).data?.name ?? '';
const labelsOf = (metric: unknown): readonly string[] => shape.safeParse(metric).data?.labelNames ?? [];

/** Labels that Prometheus gives to every series. */
const ofEverySeries = ['job', 'instance'];

function unknownIn(expression: string, stored: ReadonlyMap<string, readonly string[]>): string[] {
  const names = [...expression.matchAll(/glueless_\w+/g)].map(([name]) => name);
  const labels = new Set([...ofEverySeries, ...names.flatMap((name) => stored.get(name) ?? [])]);
  const grouped = [...expression.matchAll(/by \(([\w, ]+)\)/g)].flatMap(([, list = '']) => list.split(', '));
  const selected = [...expression.matchAll(/[{,]\s*(\w+)\s*=/g)].map(([, label = '']) => label);
  return [
    ...names.filter((name) => !stored.has(name)),
    ...[...grouped, ...selected].filter((label) => !labels.has(label)),
  ];
}

it('alert rules and dashboard ask for metrics and labels that the program has', async () => {
  const stored = await storedMetrics();
  expect(unknownIn('sum by (fete) (glueless_record_total{fate="row"})', stored)).toEqual([
    'glueless_record_total',
    'fete',
    'fate',
  ]);
  const expressions = [
    ...rules.map(({ expr }) => expr),
    ...panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
  ];
  expect(expressions.length).toBeGreaterThan(25);
  expect(expressions.flatMap((expression) => unknownIn(expression, stored))).toEqual([]);
});

it('labels of a legend are those that its expression keeps', () => {
  for (const { expr, legendFormat } of panels.flatMap(({ targets }) => targets))
    for (const [, label = ''] of legendFormat.matchAll(/\{\{(\w+)\}\}/g))
      expect(expr).toMatch(new RegExp(`by \\([^)]*\\b${label}\\b`));
});
