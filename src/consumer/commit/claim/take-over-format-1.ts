import type { ClaimedEntry, WrittenObject } from '../../ledger/entry/ledger-entry.ts';
import type { NamedObject } from '../../table/objects/format-1-objects.ts';
import type { CommitTools } from '../tools/commit-tools.ts';
import { takeFound } from './found-objects.ts';
import { countsOf } from '../write/outcomes.ts';
import type { PreparedBatch } from '../write/prepared-batch.ts';
import type { StepRunner } from '../tools/step-runner.ts';
import type { WriteResult } from '../write/write-objects.ts';

export interface Format1Objects {
  readonly found: readonly NamedObject[];
  /** `written`: they are as good as what we would write, and the entry takes them as they are. */
  readonly result: WriteResult;
}

/**
 * A claim of ledger format 1 whose process died: what it has put stays when it is whole and has at least as many records as Kafka delivers
 * now; else the claim is raised and all of it is written again.
 */
export async function takeOverFormat1(
  claim: ClaimedEntry,
  { decoded, lastRecord }: PreparedBatch,
  tools: CommitTools,
  step: StepRunner,
): Promise<Format1Objects> {
  const { writer } = tools;
  const found = await step('put', () => writer.objects.findFormat1(claim));
  const objects = await step('put', () => readWhole(found, writer));
  const { records } = countsOf(objects, decoded.tombstones);
  const isEnough = objects.length === found.length && records >= decoded.rowCount + decoded.rejects.length;
  if (found.length === 0 || !isEnough) return { found, result: { kind: 'misfit' } };
  const { tombstones, oldestTimestampMs } = decoded;
  const outcome = await takeFound(objects, { tombstones, lastRecord }, tools, step);
  return { found, result: { kind: 'written', outcome, isWhole: false, oldestTimestampMs } };
}

async function readWhole(found: readonly NamedObject[], writer: CommitTools['writer']): Promise<WrittenObject[]> {
  const objects: WrittenObject[] = [];
  for (const named of found) {
    const result = await writer.objects.look(named);
    if (result.kind === 'kept') objects.push(result.object);
  }
  return objects;
}
