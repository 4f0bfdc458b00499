import { megabytes, percent, rounded, short, spread, whole, withUnit } from './figures.ts';
import { kindGroups, type KindGroup } from '../kinds/kinds.ts';
import { kindsSection } from './kinds-section.ts';
import { table } from './markdown.ts';
import { figureOf, jsonRateOf, rateOf } from './rates.ts';
import { titleOf, type ContenderResult, type Results, type WorkloadResult } from './results.ts';
import { spreadOf } from './statistics.ts';
import { judge, type Verdict } from './targets.ts';

/** The text on each workload, in the order of the page. */
export type Abouts = Readonly<Record<string, string>>;

/** Makes the page of all results, as Markdown. */
export function benchmarksPage(results: Results, abouts: Abouts): string {
  return [
    '# Benchmarks',
    '<!-- made by `npm run bench` from bench/results/latest.json -->',
    `CPU seconds and peak RSS are what the operating system counted at the end of each process (\`wait4\`), with all processes that it waited for;
RSS is that of the largest one. Numbers are medians, with the smallest and largest in parentheses. Samples of contenders were taken in turns, so
the ratios within a workload hold on other machines, and the absolute numbers don't. After each run the rows of the Parquet files are counted by DuckDB.`,
    '## Targets',
    targetsTable(judge(results)),
    '## Kinds of records',
    `Real topics are not alike. Each kind is made by a generator that gives the same records for the same seed; \`--seed 2\` gives others.`,
    ...kindGroups.map(kindsList),
    ...Object.entries(abouts).flatMap(([name, about]) =>
      section(
        name,
        about,
        results.workloads.filter(({ workload }) => workload === name),
      ),
    ),
    '## Run it',
    `\`npm run bench\` measures everything, \`npm run bench -- json-to-parquet growth\` these, and both renew this page; \`npm run docs\` then renews the
README’s numbers. \`NODE_IMAGE\` names another base image for the container. \`--records\`, \`--samples\`, and \`--quick\` for a
try in minutes; \`npm run bench -- json-to-parquet --kind events --kind posts\` measures these kinds of records, \`--seed 2\` other records of the same kinds. \`--compare <results.json>\` shows the change since, by the ratio to each run's own reference peer, and ends with 1 when
something became more than 15 % worse. A contender that this machine can't run is named and left out. Each workload keeps its last result, with
its own date, version and machine.`,
  ].join('\n\n');
}

function kindsList({ name, about, kinds }: KindGroup): string {
  const lines = kinds.map((kind) => `- **${kind.name}**, ${whole(kind.records)} records: ${kind.about}`);
  return [`Of **${name}** ${about}:`, lines.join('\n')].join('\n\n');
}

function targetsTable(verdicts: readonly Verdict[]): string {
  const rows = verdicts.map(({ target, measured, state, missedBy, kind }) => {
    const { kind: bound, value, unit } = target.bound;
    const shown = measured === undefined ? '' : spread(measured, (each) => withUnit(each, unit));
    const verdict = missedBy === undefined ? state : `**not met**, by ${percent(missedBy)}`;
    const workload = titleOf({ workload: target.workload, ...(kind !== undefined && { kind }) });
    return [workload, target.text, `${bound} ${withUnit(value, unit)}`, shown, verdict];
  });
  return table(['workload', 'what', 'target', 'measured', ''], rows);
}

/** A workload's section; details of kinds are folded. */
function section(name: string, about: string, found: readonly WorkloadResult[]): string[] {
  if (found.length === 0) return [];
  const overview = kindsSection(name, found);
  const details = found.map((result) => (result.kind === undefined ? detailsOf(result) : folded(result)));
  return [`## ${name}`, about, ...(overview === undefined ? [] : [overview]), ...details, settingsOf(found)];
}

function folded(result: WorkloadResult): string {
  return `<details><summary>${result.kind}: all contenders</summary>\n\n${detailsOf(result)}\n\n</details>`;
}

function detailsOf(result: WorkloadResult): string {
  const had = result.contenders.filter(({ absent }) => absent === undefined);
  return [...(had.length > 0 ? [contendersTable(had)] : []), provenance(result)].join('\n\n');
}

/** How each contender was set, once. */
function settingsOf(results: readonly WorkloadResult[]): string {
  const contenders = new Map(results.flatMap((result) => result.contenders.map((each) => [each.id, each])));
  return [...contenders.values()]
    .map(({ name, settings, absent }) =>
      absent === undefined ? `- **${name}**: ${settings.join('; ')}` : `- **${name}**: not had here: ${absent}`,
    )
    .join('\n');
}

function contendersTable(contenders: readonly ContenderResult[]): string {
  const hasCosts = contenders.some(({ samples }) => samples.some(({ wallSeconds }) => wallSeconds > 0));
  const figures = [
    ...new Set(contenders.flatMap(({ samples }) => samples.flatMap((each) => Object.keys(each.figures ?? {})))),
  ];
  const costs = hasCosts ? ['records per CPU second', 'CPU seconds', 'wall seconds', 'peak RSS, MB'] : [];
  const hasJson = contenders.some(({ jsonBytes }) => jsonBytes !== undefined);
  const rows = contenders.map((contender) => [
    contender.name,
    whole(contender.records),
    ...(hasCosts ? costsOf(contender) : []),
    ...(hasJson ? [jsonRateCell(contender)] : []),
    ...figures.map((figure) => figureCell(contender, figure)),
  ]);
  return table(
    ['', 'records', ...costs, ...(hasJson ? ['MB of JSON per CPU second'] : []), ...figures.map(figureTitle)],
    rows,
  );
}

function costsOf(contender: ContenderResult): string[] {
  const { samples } = contender;
  if (samples.every(({ wallSeconds }) => wallSeconds === 0)) return ['', '', '', ''];
  const cell = (values: readonly number[], digits: (value: number) => string): string => {
    const found = spreadOf(values);
    return found === undefined ? '' : spread(found, digits);
  };
  const rate = rateOf(contender, 'cpuSeconds');
  return [
    rate === undefined || contender.records === 0 ? '' : spread(rate, rounded),
    cell(
      samples.map(({ cpuSeconds }) => cpuSeconds),
      short,
    ),
    cell(
      samples.map(({ wallSeconds }) => wallSeconds),
      short,
    ),
    cell(
      samples.map(({ peakRssBytes }) => peakRssBytes),
      megabytes,
    ),
  ];
}

function jsonRateCell(contender: ContenderResult): string {
  const rate = jsonRateOf(contender);
  return rate === undefined ? '' : spread(rate, whole);
}

function figureCell(contender: ContenderResult, name: string): string {
  const values = figureOf(contender, name);
  return values === undefined ? '' : spread(values, name.endsWith('Bytes') ? megabytes : short);
}

/** Names a figure's column: `outputBytes` becomes `output, MB`; `freshnessP99Seconds` becomes `freshness p99, s`. */
function figureTitle(name: string): string {
  const words = name.replaceAll(/([a-z\d])([A-Z])/g, '$1 $2').toLowerCase();
  return words.replace(/ bytes$/, ', MB').replace(/ seconds$/, ', s');
}

function provenance({ date, version, machine, loadBefore, contenders }: WorkloadResult): string {
  const { cpu, cores, memoryBytes, kernel, node } = machine;
  const samples = Math.max(0, ...contenders.map((contender) => contender.samples.length));
  return `${samples} sample${samples === 1 ? '' : 's'}, ${date.slice(0, 10)}, glueless ${version}, ${cores} × ${cpu}, ${Math.round(memoryBytes / 2 ** 30)} GiB, Linux ${kernel}, Node ${node}, load before ${loadBefore.toFixed(1)}.`;
}
