import type { CommittedBatch } from '../../consumer/commit/tools/pipeline-observer.ts';
import { sayBytes, sayCount, sayDuration, sayRate, sayWhole } from './say-numbers.ts';
import type { Row, Words } from './screen.ts';
import type { ServiceNumbers } from './service-numbers.ts';

export interface ServiceMoment {
  readonly topic: string;
  readonly table: string;
  readonly upMs: number;
  readonly nowMs: number;
  /** Records that were committed, over the last minute. */
  readonly perSecond: number;
  readonly bufferBytesMax: number;
  readonly rssBytes: number;
  /** The newest first. */
  readonly lastBatches: readonly CommittedBatch[];
}

const daysSoon = 30;
const daysUrgent = 7;
const fullShare = 0.8;
const reasonsShown = 3;

/** Shows a service at a glance: what flows, what waits, what is wrong. */
export function serviceRows(numbers: ServiceNumbers, moment: ServiceMoment): Row[] {
  const { topic, table, upMs, nowMs, lastBatches } = moment;
  return [
    { label: 'glueless', items: [{ text: `${topic} → ${table}` }, { text: `up ${sayDuration(upMs)}`, tone: 'faint' }] },
    { label: 'records', items: recordItems(numbers, moment.perSecond) },
    { label: 'waiting', items: waitingItems(numbers) },
    ...problemRows(numbers),
    ...batchRows(numbers.batchReasons),
    ...lastBatches.map((batch, index) => ({
      label: index === 0 ? 'last' : '',
      items: lastBatchItems(batch, { nowMs, topic }),
    })),
    { label: 'memory', items: memoryItems(numbers, moment) },
    ...certificateRows(numbers),
  ];
}

/** Says in one row what a run has done. */
export function serviceSummary(numbers: ServiceNumbers, { topic, table, upMs }: ServiceMoment): Row[] {
  const { rows, deadLetters, tombstones, batchReasons } = numbers;
  const batches = batchReasons.values().reduce((sum, count) => sum + count, 0);
  const records = rows + deadLetters + tombstones;
  return [
    {
      label: 'written',
      items: [
        { text: `${topic} → ${table}` },
        { text: `${sayCount(batches, 'batch', 'batches')} in ${sayDuration(upMs)}` },
        ...countItems(numbers),
        { text: sayRate((records * 1000) / Math.max(1, upMs)), tone: 'faint' },
      ],
    },
  ];
}

function recordItems(numbers: ServiceNumbers, perSecond: number): Words[] {
  return [{ text: sayRate(perSecond), tone: 'good' }, ...countItems(numbers)];
}

function countItems({ rows, deadLetters, tombstones, deadLetterReasons }: ServiceNumbers): Words[] {
  const reasons = [...deadLetterReasons.keys()].slice(0, reasonsShown).join(', ');
  const why = reasons === '' ? '' : ` (${reasons})`;
  return [
    { text: sayCount(rows, 'row') },
    ...(deadLetters > 0 ? [{ text: `${sayCount(deadLetters, 'dead letter')}${why}`, tone: 'warning' } as const] : []),
    ...(tombstones > 0 ? [{ text: sayCount(tombstones, 'tombstone') }] : []),
  ];
}

/** Lag is known once the brokers were asked. */
function waitingItems({ partitions, lag, behindSeconds }: ServiceNumbers): Words[] {
  if (partitions === 0) return [{ text: 'not known yet', tone: 'faint' }];
  return [
    { text: `${sayCount(lag, 'record')} in ${sayCount(partitions, 'partition')}` },
    ...(lag > 0
      ? [{ text: `${sayDuration(behindSeconds * 1000)} behind` }]
      : [{ text: 'up to date', tone: 'good' } as const]),
  ];
}

function problemRows({ unreadablePartitions, troubledTopics, lostOffsets, retries }: ServiceNumbers): Row[] {
  const items: Words[] = [
    ...unreadablePartitions.map((id): Words => ({ text: `partition ${id} can’t be read`, tone: 'error' })),
    ...(troubledTopics > 0
      ? [{ text: `${sayCount(troubledTopics, 'topic')} not written`, tone: 'error' } as const]
      : []),
    ...(lostOffsets > 0 ? [{ text: `${sayCount(lostOffsets, 'offset')} lost`, tone: 'error' } as const] : []),
    ...(retries > 0 ? [{ text: sayCount(retries, 'retry', 'retries'), tone: 'warning' } as const] : []),
  ];
  return items.length === 0 ? [] : [{ label: 'problems', items }];
}

function batchRows(reasons: ServiceNumbers['batchReasons']): Row[] {
  const items = [...reasons].map(([reason, count]) => ({ text: `${reason} ${sayWhole(count)}` }));
  return items.length === 0 ? [] : [{ label: 'batches', items }];
}

function lastBatchItems(
  { entry, reason, tookMs, oldestTimestampMs }: CommittedBatch,
  { nowMs, topic }: Pick<ServiceMoment, 'nowMs' | 'topic'>,
): Words[] {
  const { partition, from, to, outcome } = entry;
  // one of several topics has to be named
  const where = entry.topic === topic ? String(partition) : `${entry.topic}/${partition}`;
  const committedMs = Date.parse(outcome.committedAt);
  const age =
    oldestTimestampMs === undefined ? [] : [`freshness ${sayDuration(Math.max(0, committedMs - oldestTimestampMs))}`];
  const texts = [
    `${where}: [${from}, ${to})`,
    sayCount(outcome.rows, 'row'),
    `by ${reason}`,
    `took ${sayDuration(tookMs)}`,
    ...age,
  ];
  return [
    ...texts.map((text) => ({ text })),
    { text: `${sayDuration(Math.max(0, nowMs - committedMs))} ago`, tone: 'faint' },
  ];
}

function memoryItems({ bufferedBytes }: ServiceNumbers, { bufferBytesMax, rssBytes }: ServiceMoment): Words[] {
  const isFull = bufferedBytes > bufferBytesMax * fullShare;
  return [
    {
      text: `${sayBytes(bufferedBytes)} of ${sayBytes(bufferBytesMax)} buffered`,
      ...(isFull && { tone: 'warning' as const }),
    },
    { text: `${sayBytes(rssBytes)} in all`, tone: 'faint' },
  ];
}

function certificateRows({ certificateDays: days }: ServiceNumbers): Row[] {
  if (days === undefined) return [];
  const tone = days < daysUrgent ? 'error' : days < daysSoon ? 'warning' : undefined;
  const text = days < 0 ? 'has expired' : `${sayCount(Math.floor(days), 'day')} left`;
  return [{ label: 'certificate', items: [{ text, tone }] }];
}
