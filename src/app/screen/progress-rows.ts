import { sayCount, sayDuration, sayRate, sayShare, sayWhole } from './say-numbers.ts';
import type { Row, Words } from './screen.ts';

export interface Publishing {
  readonly topic: string;
  readonly acknowledged: number;
  readonly perSecond: number;
  readonly upMs: number;
  /** How many records are to be published, and for how long; what is left out has no end. */
  readonly count?: number | undefined;
  readonly durationMs?: number | undefined;
}

export function publishingRows({ topic, acknowledged, perSecond, upMs, count, durationMs }: Publishing): Row[] {
  const shares = [
    ...(count === undefined ? [] : [acknowledged / count]),
    ...(durationMs === undefined ? [] : [upMs / durationMs]),
  ];
  return [
    { label: 'publishing', items: [{ text: `to ${topic}` }, { text: sayDuration(upMs), tone: 'faint' }] },
    {
      label: 'records',
      items: [{ text: sayRate(perSecond), tone: 'good' }, { text: `${sayCount(acknowledged, 'record')} acknowledged` }],
    },
    ...shareRows(shares.length === 0 ? undefined : Math.max(...shares)),
  ];
}

export interface Writing {
  readonly written: number;
  readonly count: number;
  readonly upMs: number;
}

export function writtenRows({ written, count, upMs }: Writing): Row[] {
  const rate = (written * 1000) / Math.max(1, upMs);
  return [
    {
      label: 'consumer',
      items: [
        { text: `${sayWhole(written)} of ${sayCount(count, 'record')} written` },
        { text: sayRate(rate), tone: 'good' },
        { text: sayDuration(upMs), tone: 'faint' },
      ],
    },
    ...shareRows(written / count),
  ];
}

export interface Auditing {
  readonly table: string;
  readonly entries: number;
  readonly objects: number;
  readonly findings: number;
  readonly upMs: number;
}

export function auditRows({ table, entries, objects, findings, upMs }: Auditing): Row[] {
  const found: Words =
    findings === 0
      ? { text: 'nothing found so far', tone: 'good' }
      : { text: sayCount(findings, 'finding'), tone: 'error' };
  return [
    { label: 'auditing', items: [{ text: table }, { text: sayDuration(upMs), tone: 'faint' }] },
    {
      label: 'looked at',
      items: [{ text: sayCount(entries, 'ledger entry', 'ledger entries') }, { text: sayCount(objects, 'object') }],
    },
    { label: 'findings', items: [found] },
  ];
}

export interface Replaying {
  readonly table: string;
  readonly ranges: number;
  /** Ranges that are done or were left alone. */
  readonly passed: number;
  readonly left: number;
  readonly current: string;
  readonly upMs: number;
}

export function replayRows({ table, ranges, passed, left, current, upMs }: Replaying): Row[] {
  return [
    { label: 'replaying', items: [{ text: table }, { text: sayDuration(upMs), tone: 'faint' }] },
    {
      label: 'ranges',
      items: [
        { text: `${passed} of ${ranges}` },
        ...(left > 0 ? [{ text: `${left} left alone`, tone: 'warning' } as const] : []),
      ],
    },
    ...shareRows(ranges === 0 ? undefined : passed / ranges),
    { label: 'now', items: [{ text: current }] },
  ];
}

export interface Redriving {
  readonly table: string;
  /** Ledger entries that were looked at. */
  readonly entries: number;
  readonly passed: number;
  readonly left: number;
  readonly upMs: number;
}

export function redriveRows({ table, entries, passed, left, upMs }: Redriving): Row[] {
  return [
    { label: 'redriving', items: [{ text: table }, { text: sayDuration(upMs), tone: 'faint' }] },
    { label: 'looked at', items: [{ text: sayCount(entries, 'ledger entry', 'ledger entries') }] },
    { label: 'dead letters', items: [{ text: `${sayWhole(passed)} pass` }, { text: `${sayWhole(left)} stay` }] },
  ];
}

/** `range`: the one that is to be booked as a gap, in words. */
export function skipRows({ range, upMs }: { readonly range: string; readonly upMs: number }): Row[] {
  return [{ label: 'skipping', items: [{ text: range }, { text: sayDuration(upMs), tone: 'faint' }] }];
}

export interface KeepingUp {
  readonly table: string;
  /** Files that became part of others, and files that are gone. */
  readonly merged: number;
  readonly deleted: number;
  readonly left: number;
  readonly upMs: number;
}

export function upkeepRows({ table, merged, deleted, left, upMs }: KeepingUp): Row[] {
  return [
    { label: 'upkeep', items: [{ text: table }, { text: sayDuration(upMs), tone: 'faint' }] },
    {
      label: 'files',
      items: [
        { text: `${sayWhole(merged)} merged` },
        { text: `${sayWhole(deleted)} deleted` },
        ...(left > 0 ? [{ text: `${sayWhole(left)} left alone`, tone: 'warning' } as const] : []),
      ],
    },
  ];
}

function shareRows(share: number | undefined): Row[] {
  return share === undefined ? [] : [{ label: 'done', items: [{ text: sayShare(share) }] }];
}
