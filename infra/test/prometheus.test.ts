import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { Metrics } from '../../src/app/observe/metrics.ts';
import { parseExpression, type Selector } from './promql.ts';
import { yaml } from './yaml.ts';

const read = (path: string): string => readFileSync(join(import.meta.dirname, '..', path), 'utf8');

const sentence = z.string().regex(/\w+ \w+/);
const rules = z
  .strictObject({
    groups: z.tuple([
      z.strictObject({
        name: z.literal('glueless'),
        rules: z.array(
          z.strictObject({
            alert: z.string().regex(/^Glueless[A-Z][A-Za-z]+$/),
            expr: z.string(),
            for: z
              .string()
              .regex(/^\d+[smhd]$/)
              .optional(),
            labels: z.strictObject({ severity: z.enum(['warning', 'critical']) }),
            annotations: z.strictObject({ summary: sentence, action: sentence }),
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
const targets = panels.flatMap((panel) => panel.targets);
const expressions = [...rules, ...targets].map(({ expr }) => expr);

interface StoredSeries {
  readonly metric: string;
  readonly labels: readonly string[];
  readonly isCounter: boolean;
}

/** The series that Prometheus stores of the program's metrics, by name. */
async function storedSeries(): Promise<ReadonlyMap<string, StoredSeries>> {
  const metrics = new Metrics();
  const described = await metrics.registry.getMetricsAsJSON();
  const labels = new Map(Object.values(metrics).map((each) => [nameOf(each), labelsOf(each)]));
  return new Map(
    described.flatMap(({ name: metric, type }): [string, StoredSeries][] => {
      const own = labels.get(metric) ?? [];
      if (String(type) !== 'histogram')
        return [[metric, { metric, labels: own, isCounter: String(type) === 'counter' }]];
      const series = { metric, labels: [...own, 'le'], isCounter: true };
      return ['_bucket', '_sum', '_count'].map((suffix) => [`${metric}${suffix}`, series]);
    }),
  );
}

const shape = z.object({ name: z.string(), labelNames: z.array(z.string()) });
const nameOf = (metric: unknown): string => shape.safeParse(metric).data?.name ?? '';
const labelsOf = (metric: unknown): readonly string[] => shape.safeParse(metric).data?.labelNames ?? [];

/** Labels that Prometheus gives to every series. */
const ofEverySeries = ['job', 'instance'];

/** What is wrong with an expression: that it does not parse, or what it asks for that the program does not have. */
function problemsIn(text: string, stored: ReadonlyMap<string, StoredSeries>): string[] {
  const { errors, selectors, grouping } = parseExpression(text);
  const labels = new Set([...ofEverySeries, ...selectors.flatMap(({ metric }) => stored.get(metric)?.labels ?? [])]);
  const asked = [...grouping, ...selectors.flatMap((selector) => selector.labels)];
  return [
    ...errors,
    ...selectors.flatMap((selector) => problemOf(selector, stored.get(selector.metric))),
    ...asked.filter((label) => !labels.has(label)).map((label) => `no label ${label}`),
  ];
}

function problemOf({ metric, functions }: Selector, series: StoredSeries | undefined): string[] {
  if (series === undefined) return [`no metric ${metric}`];
  const isRate = functions.some((name) => name === 'rate' || name === 'increase');
  return isRate === series.isCounter
    ? []
    : [`${metric} ${isRate ? 'is no counter' : 'is a counter: only its rate tells'}`];
}

it('alert rules and dashboard parse, and ask for metrics and labels that the program has', async () => {
  const stored = await storedSeries();
  expect(expressions.length).toBeGreaterThan(25);
  expect(expressions.flatMap((expression) => problemsIn(expression, stored))).toEqual([]);
});

it('finds what is wrong with an expression', async () => {
  const stored = await storedSeries();
  const problems = (text: string): string[] => problemsIn(text, stored);
  expect(problems('sum by (fete) (rate(glueless_record_total{fate="row"}[5m]))')).toEqual([
    'no metric glueless_record_total',
    'no label fete',
    'no label fate',
  ]);
  expect(problems('sum(rate(glueless_records_total[5m])')).toEqual([expect.stringContaining('position')]);
  expect(problems('glueless_records_total > 0')).toEqual([expect.stringContaining('only its rate tells')]);
  expect(problems('increase(glueless_lag_records[5m])')).toEqual(['glueless_lag_records is no counter']);
});

it('shows every metric of the program on the dashboard', async () => {
  const stored = await storedSeries();
  const shown = targets.flatMap(({ expr }) => parseExpression(expr).selectors.map(({ metric }) => stored.get(metric)));
  const metrics = new Set([...stored.values()].map(({ metric }) => metric));
  expect([...metrics].filter((metric) => !shown.some((series) => series?.metric === metric))).toEqual([]);
});

it('puts only labels that an expression keeps into legends and annotations', () => {
  const texts = [
    ...targets.map(({ expr, legendFormat }) => ({ expr, text: legendFormat })),
    ...rules.map(({ expr, annotations: { summary, action } }) => ({ expr, text: `${summary} ${action}` })),
  ];
  for (const { expr, text } of texts)
    for (const [, label] of text.matchAll(/\{\{\s*(?:\$labels\.)?(\w+)\s*\}\}/g))
      expect(parseExpression(expr).grouping).toContain(label);
});
