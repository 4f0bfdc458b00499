import type { PipelineObserver } from '../../consumer/commit/tools/pipeline-observer.ts';
import { PipelineError } from '../../runtime/errors.ts';
import type { Metrics } from './metrics.ts';

/** A process of several topics says by a label which one it counts; one of a single topic has no such label. */
export type TopicLabel = { readonly topic?: string };

/** Counts what the pipeline does. */
export function createMetricsObserver(metrics: Metrics, topic: TopicLabel = {}): PipelineObserver {
  return {
    step: (step, phase, tookMs) => {
      if (phase === 'after') metrics.steps.observe({ step }, tookMs / 1000);
    },
    committed: ({ entry, reason, bytesIn, oldestTimestampMs }) => {
      const { rows, deadLetters, tombstones, objects, committedAt, lost } = entry.outcome;
      metrics.records.inc({ fate: 'row', ...topic }, rows);
      metrics.records.inc({ fate: 'dead-letter', ...topic }, deadLetters);
      metrics.records.inc({ fate: 'tombstone', ...topic }, tombstones);
      if (lost !== undefined) metrics.gapOffsets.inc(topic, Number(lost.to - lost.from));
      metrics.batches.inc({ reason, ...topic });
      metrics.bytes.inc({ direction: 'in', ...topic }, bytesIn);
      metrics.bytes.inc(
        { direction: 'out', ...topic },
        objects.reduce((sum, { bytes }) => sum + bytes, 0),
      );
      metrics.lastCommit.set(topic, Date.parse(committedAt) / 1000);
      if (oldestTimestampMs !== undefined)
        metrics.freshness.observe((Date.parse(committedAt) - oldestTimestampMs) / 1000);
    },
    snapshotCommitted: ({ conflicts, waitedMs }) => {
      metrics.snapshots.inc();
      metrics.snapshotConflicts.inc(conflicts);
      metrics.snapshotWait.observe(waitedMs / 1000);
    },
    conflict: () => metrics.ledgerConflicts.inc(topic),
    gap: ({ from, to }) => metrics.gapOffsets.inc(topic, Number(to - from)),
    unreadable: ({ partition }) => metrics.unreadable.set({ partition: String(partition), ...topic }, 1),
    readable: (partition) => metrics.unreadable.set({ partition: String(partition), ...topic }, 0),
    retrying: (step, error) =>
      metrics.retries.inc({ step, code: error instanceof PipelineError ? error.code : 'other', ...topic }),
    buffered: (bytes) => metrics.buffered.set(topic, bytes),
  };
}

/** Tells all of them, in order. */
export function joinObservers(...observers: readonly PipelineObserver[]): PipelineObserver {
  return {
    step: async (name, phase, tookMs) => {
      for (const observer of observers) await observer.step?.(name, phase, tookMs);
    },
    assigned: (positions) => observers.forEach((each) => each.assigned?.(positions)),
    groupShared: (details) => observers.forEach((each) => each.groupShared?.(details)),
    revoked: (cause) => observers.forEach((each) => each.revoked?.(cause)),
    committed: (batch) => observers.forEach((each) => each.committed?.(batch)),
    snapshotCommitted: (snapshot) => observers.forEach((each) => each.snapshotCommitted?.(snapshot)),
    conflict: (details) => observers.forEach((each) => each.conflict?.(details)),
    gap: (entry) => observers.forEach((each) => each.gap?.(entry)),
    rolledUp: (path, segments) => observers.forEach((each) => each.rolledUp?.(path, segments)),
    rollUpFailed: (path, error) => observers.forEach((each) => each.rollUpFailed?.(path, error)),
    objectMissing: (object) => observers.forEach((each) => each.objectMissing?.(object)),
    unreadable: (records) => observers.forEach((each) => each.unreadable?.(records)),
    readable: (partition) => observers.forEach((each) => each.readable?.(partition)),
    retrying: (step, error, attempt, delayMs) =>
      observers.forEach((each) => each.retrying?.(step, error, attempt, delayMs)),
    paused: (bytes) => observers.forEach((each) => each.paused?.(bytes)),
    resumed: (bytes) => observers.forEach((each) => each.resumed?.(bytes)),
    buffered: (bytes) => observers.forEach((each) => each.buffered?.(bytes)),
  };
}
