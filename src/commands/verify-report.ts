import { nameTopic } from '../app/observe/name-topic.ts';
import type { Finding } from '../consumer/audit/findings/finding.ts';
import type { Waiting } from '../consumer/audit/format-audit.ts';
import type { PartitionSummary } from '../consumer/audit/ledger/partition-summary.ts';
import type { VerifyReport } from '../consumer/audit/verify.ts';
import { sourceOfStart } from '../consumer/ledger/notes/topic-start.ts';
import { alignColumns } from '../report/format.ts';

/** An audit to be shown: of which table, and what was repaired before it. */
export interface ShownReport extends VerifyReport {
  readonly table: string;
  readonly topic: string;
  /** Commands that the findings print say the topic, since several are configured. */
  readonly isOneOfSeveral?: boolean;
  /** What `--repair` did, a line each. */
  readonly repaired: readonly string[];
  /** Chooses the same entries again; with `--sample` only. */
  readonly seed?: number;
}

export function toJson(report: ShownReport): object {
  const { table, topic, partitions, findingCount, repairs, repaired, closed, expiredBefore, unnamed, waiting, seed } =
    report;
  const ok = findingCount === 0;
  return {
    ok,
    table,
    topic,
    partitions,
    findings: shownFindings(report),
    findingCount,
    repairable: repairs.length,
    repaired,
    ...(closed && { closed }),
    ...(expiredBefore !== undefined && { expiredBefore }),
    ...(unnamed && { leftovers: unnamed }),
    ...(waiting && { waiting }),
    ...(seed !== undefined && { seed }),
  };
}

export function toLines(report: ShownReport): string[] {
  const { partitions, findings, findingCount, repairs, repaired, expiredBefore, unnamed = [], waiting, seed } = report;
  return [
    ...alignColumns([header, ...partitions.map(cellsOf)]),
    '',
    ...partitions.flatMap(beginLines),
    ...(report.closed === undefined ? [] : [closedLine(report.closed)]),
    ...(expiredBefore === undefined
      ? []
      : [`days before ${expiredBefore} were removed (RETENTION_DAYS): the ledger still counts their records`]),
    ...repaired.map((line) => `repaired: ${line}`),
    ...shownFindings(report).flatMap(({ problem, partition, where, what, action }) => [
      `${problem}: ${partition === undefined ? '' : `partition ${partition}, `}${where} ${what}`,
      `  what to do: ${action}`,
    ]),
    ...(findingCount > findings.length ? [`… and ${findingCount - findings.length} more findings`] : []),
    ...(repairs.length > 0 ? ['`glueless verify --repair` mends what can be mended without a decision of yours'] : []),
    ...unnamedLines(unnamed),
    ...(waiting === undefined ? [] : [waitingLine(waiting)]),
    ...(seed === undefined ? [] : [`entries were chosen by --seed ${seed}`]),
    verdict(report),
  ];
}

/** Says what lies before a chain that does not begin with the topic's first record. */
function beginLines({ partition, begun }: PartitionSummary): string[] {
  if (begun === undefined || begun.from === 0n) return [];
  const source = sourceOfStart(begun.start);
  const why =
    source === undefined ? `were never promised (START=${begun.start})` : `are ${source}'s, whose files were adopted`;
  return [`partition ${partition}: offsets below ${begun.from} ${why}`];
}

function closedLine({ successor, closedAt }: NonNullable<VerifyReport['closed']>): string {
  return `closed since ${closedAt}: the Iceberg table ${successor} has adopted these files, and goes on (TABLE_FORMAT=iceberg LAKE_TABLE=${successor})`;
}

function waitingLine({ partitions, objects, rows }: Waiting): string {
  return `${objects} objects with ${rows} rows came to ${partitions} merged partitions: queries see them once \`glueless maintain\` has copied them`;
}

function shownFindings({ findings, topic, isOneOfSeveral = false }: ShownReport): readonly Finding[] {
  if (!isOneOfSeveral) return findings;
  return findings.map((each) => ({ ...each, action: nameTopic(each.action, topic) }));
}

const unnamedShown = 5;

function unnamedLines(keys: readonly string[]): string[] {
  if (keys.length === 0) return [];
  return [
    `${keys.length} files that no snapshot names, left by commits that did not take place or are under way:`,
    ...keys.slice(0, unnamedShown).map((key) => `  ${key}`),
    ...(keys.length > unnamedShown ? [`  … and ${keys.length - unnamedShown} more, with --json`] : []),
  ];
}

function verdict({ table, partitions, findingCount }: ShownReport): string {
  if (findingCount > 0) return `${table}: ${findingCount} ${findingCount === 1 ? 'finding' : 'findings'}`;
  const sum = (name: 'records' | 'rows' | 'deadLetters' | 'tombstones'): number =>
    partitions.reduce((total, partition) => total + partition[name], 0);
  const claimed = partitions.reduce((total, { claimedOffsets }) => total + claimedOffsets, 0n);
  const records = `${sum('records')} records = ${sum('rows')} rows + ${sum('deadLetters')} dead letters + ${sum('tombstones')} tombstones`;
  return `${table}: nothing lost, nothing doubled: ${records}${claimed > 0n ? `; ${claimed} offsets are claimed and being written` : ''}`;
}

const header = [
  'partition',
  'from',
  'to',
  'batches',
  'records',
  'rows',
  'dead letters',
  'tombstones',
  'gaps',
  'objects',
  'lag',
];

function cellsOf(summary: PartitionSummary): string[] {
  const { partition, from, to, entries, records, rows, deadLetters, tombstones, gapOffsets, objects, lag } = summary;
  return [partition, from, to, entries, records, rows, deadLetters, tombstones, gapOffsets, objects, lag ?? ''].map(
    String,
  );
}
