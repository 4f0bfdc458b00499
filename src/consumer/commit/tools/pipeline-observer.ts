import type { CutReason } from '../../batch/batch-policy.ts';
import type { CommittedEntry, GapEntry } from '../../ledger/entry/ledger-entry.ts';
import type { LedgerPath } from '../../ledger/keys/ledger-keys.ts';
import type { PipelineError } from '../../../runtime/errors.ts';
import type { UnreadableRecords } from '../../ports/topic.ts';

/** The commit steps, in their order. */
export const stepNames = ['decode', 'claim', 'grow', 'encode', 'put', 'register', 'ledger', 'offsets'] as const;

/**
 * The commit steps, and what the service does around them: find a position at assignment, make sure of the topic before a claim, load schemas
 * before records are decoded, commit a snapshot.
 */
export type StepName = (typeof stepNames)[number] | 'position' | 'topic' | 'schemas' | 'snapshot';

export interface CommittedBatch {
  readonly entry: CommittedEntry;
  readonly reason: CutReason;
  readonly bytesIn: number;
  /** Time between the first step and the ledger's answer. */
  readonly tookMs: number;
  /** Kafka timestamp of the oldest and newest record; `undefined` when none has one. */
  readonly oldestTimestampMs: number | undefined;
}

/** What has become part of an Iceberg table. */
export interface CommittedSnapshot {
  readonly table: string;
  /** Left out where only positions moved: the entries had nothing for this table. */
  readonly snapshotId?: bigint;
  readonly entries: number;
  readonly files: number;
  readonly rows: number;
  /** Times that another change of the table came first. */
  readonly conflicts: number;
  /** Time since the oldest of the entries was written. */
  readonly waitedMs: number;
  readonly tookMs: number;
}

/** Where the pipeline says what happens: logs, metrics and tests listen here. */
export interface PipelineObserver {
  /** Called around each step; may wait. */
  step?(name: StepName, phase: 'before' | 'after', tookMs: number): void | Promise<void>;
  assigned?(positions: ReadonlyMap<number, bigint>): void;
  /** The group's last commit of the partition is another table's: members that write that table may read what this one then lacks. */
  groupShared?(details: { readonly partition: number; readonly otherTable: string }): void;
  /** Partitions are no longer ours, at least for now. `cause`: what the group, the client or the broker said. */
  revoked?(cause: PipelineError): void;
  committed?(batch: CommittedBatch): void;
  /** Readers see what the snapshot has taken in. */
  snapshotCommitted?(snapshot: CommittedSnapshot): void;
  /** Another process owns the range; its entry counts. */
  conflict?(details: { readonly partition: number; readonly from: bigint; readonly theirs: string }): void;
  gap?(entry: GapEntry): void;
  /** Old entries of the ledger were copied into segments. */
  rolledUp?(path: LedgerPath, segments: number): void;
  rollUpFailed?(path: LedgerPath, error: unknown): void;
  /** The last object that the ledger lists is gone; called when the partition is assigned. */
  objectMissing?(object: {
    readonly partition: number;
    readonly from: bigint;
    readonly to: bigint;
    readonly key: string;
  }): void;
  /** Records can't be read, and their partition waits before them; called again every minute. */
  unreadable?(records: UnreadableRecords): void;
  /** The partition goes on. */
  readable?(partition: number): void;
  retrying?(step: StepName, error: unknown, attempt: number, delayMs: number): void;
  /** Reading has stopped because the buffers are full. */
  paused?(bufferedBytes: number): void;
  resumed?(bufferedBytes: number): void;
  buffered?(bytes: number): void;
}
