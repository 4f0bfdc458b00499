import { megabytes, rounded, short, whole } from './figures.ts';
import { kindsLayouts, startIdOf, type KindsLayout } from './kinds-layout.ts';
import { table } from './markdown.ts';
import { picturePath, pictureThemes } from './picture.ts';
import { rankedKinds } from './ranked-kinds.ts';
import { figureOf, jsonRateOf, peakRssBytes, rateOf, ratioOver } from './rates.ts';
import { contenderOf, type ContenderResult, type WorkloadResult } from './results.ts';
import { median } from './statistics.ts';

/** The picture of a workload's kinds, and a table for each of their groups; `undefined` for a workload without a layout. */
export function kindsSection(workload: string, results: readonly WorkloadResult[]): string | undefined {
  const layout = kindsLayouts[workload];
  const ofKinds = results.filter(({ kind }) => kind !== undefined);
  if (layout === undefined || ofKinds.length === 0) return undefined;
  const ratios = 'a ratio is to the fastest of the peers of that name, and **bold** where it misses the target.';
  return [
    ...(layout.picture === undefined ? [] : [pictureLink(workload, layout.picture.title)]),
    `Rates are records per CPU second${layout.ratios.length === 0 ? '.' : `; ${ratios}`}`,
    ...startsText(layout, ofKinds),
    ...rankedKinds(layout, ofKinds).flatMap(({ title, results: ranked }) => [
      `**${sentenceCase(title)}**`,
      table(
        headOf(layout),
        ranked.map((result) => rowOf(layout, result, ofKinds)),
      ),
    ]),
  ].join('\n\n');
}

function sentenceCase(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function pictureLink(workload: string, title: string): string {
  const [light, dark] = pictureThemes.map((theme) => picturePath(workload, theme).replace(/^docs\//, ''));
  return `<picture>
  <source media="(prefers-color-scheme: dark)" srcset="${dark}">
  <img alt="${title}. The numbers are in the tables below." src="${light}" width="760">
</picture>`;
}

function headOf({ rates, ratios, outputs, starts = {}, figures = {} }: KindsLayout): string[] {
  return [
    'kind',
    'records',
    'bytes each',
    'Glueless',
    'MB of JSON per CPU s',
    ...Object.values(rates),
    ...ratios.map(({ name, target }) => `× ${name}, at least ${target}`),
    ...Object.values(starts).map((name) => `× ${name} without starts`),
    'output, MB',
    ...Object.values(outputs),
    ...Object.values(figures),
    'peak RSS, MB',
  ];
}

function rowOf(layout: KindsLayout, result: WorkloadResult, results: readonly WorkloadResult[]): string[] {
  const ours = contenderOf(result, 'glueless');
  return [
    result.kind ?? '',
    whole(ours?.records ?? 0),
    shown(ours?.jsonBytes, (bytes) => whole(bytes / (ours?.records ?? 0))),
    rateCell(result, 'glueless'),
    shown(ours && jsonRateOf(ours)?.median, whole),
    ...Object.keys(layout.rates).map((id) => rateCell(result, id)),
    ...layout.ratios.map(({ ids, target }) => ratioCell(result, ids, target)),
    ...Object.keys(layout.starts ?? {}).map((id) =>
      shown(ratioWithoutStarts(result, id, results), (value) => value.toFixed(2)),
    ),
    ...['glueless', ...Object.keys(layout.outputs)].map((id) => outputCell(result, id)),
    ...Object.keys(layout.figures ?? {}).map((name) => shown(ours && figureOf(ours, name)?.median, whole)),
    shown(ours && peakRssBytes(ours), (bytes) => whole(bytes / 1e6)),
  ];
}

function rateCell(result: WorkloadResult, id: string): string {
  const contender = contenderOf(result, id);
  return shown(contender && rateOf(contender, 'cpuSeconds')?.median, rounded);
}

function ratioCell(result: WorkloadResult, ids: readonly string[], target: number): string {
  const ratio = ratioOver(result, ids);
  const text = shown(ratio, (value) => value.toFixed(2));
  return ratio !== undefined && ratio < target ? `**${text}**` : text;
}

/** Names what is taken off for the ratios without starts. */
function startsText({ starts = {} }: KindsLayout, results: readonly WorkloadResult[]): string[] {
  const costs = Object.entries({ glueless: 'Glueless', ...starts }).flatMap(([id, name]) => {
    const seconds = startSecondsOf(id, results);
    return seconds === undefined ? [] : [`${name} ${short(seconds)}`];
  });
  return costs.length < 2
    ? []
    : [`Without starts: less the CPU seconds of each program on a topic of 1,000 records (${costs.join(', ')}).`];
}

function startSecondsOf(id: string, results: readonly WorkloadResult[]): number | undefined {
  const [found] = results.flatMap((result) => contenderOf(result, startIdOf(id)) ?? []);
  return found && cpuSecondsOf(found);
}

function cpuSecondsOf({ samples }: ContenderResult): number {
  return median(samples.map(({ cpuSeconds }) => cpuSeconds));
}

function ratioWithoutStarts(
  result: WorkloadResult,
  id: string,
  results: readonly WorkloadResult[],
): number | undefined {
  const [ours, other] = ['glueless', id].map((each) => {
    const contender = contenderOf(result, each);
    const start = startSecondsOf(each, results);
    return contender && start !== undefined ? cpuSecondsOf(contender) - start : undefined;
  });
  return ours === undefined || other === undefined ? undefined : other / ours;
}

function outputCell(result: WorkloadResult, id: string): string {
  const contender = contenderOf(result, id);
  return shown(contender && figureOf(contender, 'outputBytes')?.median, megabytes);
}

function shown(value: number | undefined, format: (value: number) => string): string {
  return value === undefined || Number.isNaN(value) ? '' : format(value);
}
