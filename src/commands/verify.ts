import { randomInt } from 'node:crypto';
import { auditHours } from '../hours/audit-hours.ts';
import { carryOut } from '../consumer/audit/carry-out.ts';
import { writeAuditNote, type AuditNote } from '../consumer/audit/audit-note.ts';
import { verify, type VerifyOptions, type VerifyReport } from '../consumer/audit/verify.ts';
import type { Finding } from '../consumer/audit/findings/finding.ts';
import { hourAt } from '../hours/hour-state.ts';
import { acknowledgeGaps } from '../consumer/ledger/acknowledge-gaps.ts';
import { Ledger } from '../consumer/ledger/ledger.ts';
import { systemClock } from '../runtime/clock.ts';
import { hasCode, PipelineError } from '../runtime/errors.ts';
import type { Settings } from '../app/config/settings.ts';
import { openTopic } from '../app/kafka/open-topic.ts';
import { printJson, printAll } from '../app/observe/output.ts';
import { requireLedger } from '../app/lake/require-ledger.ts';
import { openLake } from '../app/lake/open-lake.ts';
import { requireFormat } from '../app/lake/require-format.ts';
import { requireLocation } from '../app/lake/require-location.ts';
import { exitCodes } from '../app/observe/exit-codes.ts';
import { withProgress } from './verify-progress.ts';
import { toJson, toLines } from './verify-report.ts';
import type { CommandContext } from './run-command.ts';

/** Most findings about hours that are shown. */
const hourFindingsMax = 1000;

export interface VerifyCommandOptions {
  readonly deep: boolean;
  /** Entries, chosen at random, whose objects are read whole. */
  readonly sample?: number;
  readonly seed?: number;
  readonly since?: Date;
  /** Milliseconds after which a claim has nobody who works on it. */
  readonly claimAge: number;
  readonly json: boolean;
  /** False: the ledger is not compared with the broker. */
  readonly broker: boolean;
  readonly repair: boolean;
  readonly acknowledgeGaps: boolean;
  /** The result is left in the lake. */
  readonly note: boolean;
  readonly progress: boolean;
}

/** Prints the audit; 1 when anything is wrong. Rejects with LEDGER_EMPTY when there is nothing to audit. */
export async function verifyTable(
  settings: Settings,
  options: VerifyCommandOptions,
  context: Pick<CommandContext, 'log' | 'screen'>,
): Promise<number> {
  const lake = await openLake(settings.lake);
  await requireFormat(lake, settings);
  const ledger = new Ledger(lake.store);
  await requireLocation(lake, settings, ledger);
  const { name: table, isShared } = settings.table;
  const { topic, groupId, isOneOfSeveral = false } = settings.kafka;
  const asked = { ...lake, ledger, table, topic, groupId, isShared, ...scopeOf(options) };
  await using reader = options.broker ? await openTopic(settings.kafka) : undefined;
  if (options.acknowledgeGaps) {
    const acknowledgedAt = new Date(systemClock.nowMs()).toISOString();
    await acknowledgeGaps(ledger, { table, topic, acknowledgedAt });
  }
  const repaired: string[] = [];
  const audited = await withProgress({ table, isForPeople: options.progress, ...context }, async (onProgress) => {
    const run = () =>
      sayWithoutBroker(() => verify({ ...asked, onProgress, nowMs: systemClock.nowMs(), ...(reader && { reader }) }));
    const found = await run();
    if (!options.repair || found.repairs.length === 0) return found;
    await carryOut(found.repairs, { ...asked, onDone: (line) => repaired.push(line) });
    return run();
  });
  const hours = await auditHours({ store: lake.store, table, topic, ...hoursSince(options) });
  const report = withHours(audited, hours);
  if (report.findingCount === 0) await requireLedger(ledger, settings);
  if (options.note) await writeAuditNote(lake.store, { table, topic }, noteOf(report, options));
  const shown = { ...report, table, topic, isOneOfSeveral, repaired, ...(asked.sample && { seed: asked.sample.seed }) };
  if (options.json) printJson(toJson(shown), 2);
  else printAll(toLines(shown));
  return report.findingCount === 0 ? exitCodes.done : exitCodes.failed;
}

/** Adds to TOPIC_MISSING that the lake can be audited without the topic. */
async function sayWithoutBroker<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!hasCode(error, 'TOPIC_MISSING')) throw error;
    const { message, retryable, details } = error;
    throw new PipelineError('TOPIC_MISSING', {
      message,
      retryable,
      details,
      hint: 'check KAFKA_TOPIC for a mistyped name; `glueless verify --no-broker` audits the lake without the topic',
    });
  }
}

function withHours(report: VerifyReport, found: readonly Finding[]): VerifyReport {
  const findings = [...report.findings, ...found.slice(0, hourFindingsMax)];
  return { ...report, findings, findingCount: report.findingCount + found.length };
}

function hoursSince({ since }: VerifyCommandOptions): { readonly since?: string } {
  return since === undefined ? {} : { since: hourAt(since.getTime()) };
}

function noteOf(report: VerifyReport, { deep, sample, broker }: VerifyCommandOptions): AuditNote {
  const objects = deep
    ? 'every object read'
    : sample === undefined
      ? 'objects by their listing'
      : 'a sample of objects read';
  return {
    format: 1,
    at: new Date(systemClock.nowMs()).toISOString(),
    findings: report.findingCount,
    records: report.partitions.reduce((sum, { records }) => sum + records, 0),
    scope: broker ? `${objects}, compared with the broker` : objects,
  };
}

function scopeOf(options: VerifyCommandOptions): Pick<VerifyOptions, 'deep' | 'sample' | 'sinceMs' | 'claimAgeMaxMs'> {
  const { deep, sample, seed = randomInt(2 ** 31), since, claimAge } = options;
  return {
    deep,
    claimAgeMaxMs: claimAge,
    ...(sample !== undefined && { sample: { entries: sample, seed } }),
    ...(since && { sinceMs: since.getTime() }),
  };
}
