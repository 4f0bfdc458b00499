import { createHash } from 'node:crypto';
import { roundMean } from '../report/query-number.ts';
import { momentsOf, stillTold, type Alert } from './alert.ts';

/** Which hourly means call for an alert. */
export interface AlertRule {
  /** The number that is watched. */
  readonly column: string;
  /** Whose values have a mean each. */
  readonly group: string;
  /** The band: a mean outside of `[low, high]` calls for an alert. */
  readonly low: number;
  readonly high: number;
  /** A mean of fewer values says nothing. */
  readonly samplesMin: number;
  /** How far inside of the band a mean must be to end an alert. */
  readonly hysteresis: number;
}

/** The mean of one group and hour. */
export interface Sample {
  readonly group: string;
  readonly hour: string;
  readonly mean: number;
  readonly samples: number;
  /** The hour is complete. */
  readonly isFinal: boolean;
}

/** The alerts of a sample's group that decide what it means. */
export interface GroupAlerts {
  /** The one that is not resolved. */
  readonly open: Alert | undefined;
  /** The one that the sample's hour has raised before, whatever became of it. */
  readonly ofHour: Alert | undefined;
}

type Side = Alert['side'];

export function ruleName({ column, group }: Pick<AlertRule, 'column' | 'group'>): string {
  return `${column} by ${group}`;
}

/** `<hour>-<hash of rule and group>`. */
export function alertId(rule: AlertRule, { group, hour }: Pick<Sample, 'group' | 'hour'>): string {
  const hash = createHash('sha256').update(JSON.stringify([ruleName(rule), group]));
  return `${hour}-${hash.digest('hex').slice(0, 16)}`;
}

/** What the sample makes of its group's alerts: those that change or are new, none where it says nothing new. */
export function nextAlerts(sample: Sample, { open, ofHour }: GroupAlerts, rule: AlertRule, at: string): Alert[] {
  if (sample.samples < rule.samplesMin) return [];
  const side = sideOf(sample.mean, rule);
  if (side === undefined) return open === undefined ? [] : resolve(open, sample, rule, at);
  // what the newer hour says so far must not hide what a complete one says
  if (open?.state === 'provisional' && sample.isFinal && sample.hour < open.hour)
    return [
      { ...open, state: 'resolved', resolvedAt: at, resolvedHour: open.hour },
      ...raise(sample, side, { before: ofHour, rule, at }),
    ];
  if (open !== undefined && open.side === side) return goOn(open, sample, at);
  // from one side of the band to the other: the new alert is told beside the end of the old one
  const ended = open === undefined || !sample.isFinal ? [] : end(open, sample, at);
  if (open !== undefined && ended.length === 0) return [];
  return [...ended, ...raise(sample, side, { before: ofHour, rule, at })];
}

export function sideOf(mean: number, { low, high }: Pick<AlertRule, 'low' | 'high'>): Side | undefined {
  if (mean < low) return 'low';
  return mean > high ? 'high' : undefined;
}

function raise(
  { group, hour, mean, samples, isFinal }: Sample,
  side: Side,
  { before, rule, at }: { readonly before: Alert | undefined; readonly rule: AlertRule; readonly at: string },
): Alert[] {
  // a later hour has ended it: that the hour was outside is known already
  if (before !== undefined && before.resolvedHour !== hour) return [];
  const told = isFinal
    ? { state: 'raised' as const, raisedAt: at }
    : { state: 'provisional' as const, provisionalAt: at };
  const id = alertId(rule, { group, hour });
  const facts = { format: 1 as const, id, rule: ruleName(rule), group, hour, side, mean, samples, lastHour: hour };
  if (before === undefined) return [{ ...facts, ...told, deliveries: [] }];
  // who ended it may have died before it noted that people are to be told
  const earlier = stillTold(momentsOf(before), Date.parse(at));
  return [{ ...facts, ...told, ...(earlier.length > 0 && { earlier }), deliveries: before.deliveries }];
}

/** Another mean outside of the band, on the same side. */
function goOn(open: Alert, { hour, mean, samples, isFinal }: Sample, at: string): Alert[] {
  // the mean of an hour that fills is never told as that of a raised alert
  if (hour < open.lastHour || (!isFinal && open.state !== 'provisional')) return [];
  const isRaised = open.state === 'provisional' && isFinal;
  const isSame = hour === open.lastHour && mean === open.mean && samples === open.samples;
  if (isSame && !isRaised) return [];
  const raised = isRaised ? { state: 'raised' as const, raisedAt: at } : {};
  return [{ ...open, mean, samples, lastHour: hour, ...raised }];
}

/** A mean inside of the band: a raised alert ends well inside of it and by a complete hour, a provisional one at once. */
function resolve(open: Alert, sample: Sample, { low, high, hysteresis }: AlertRule, at: string): Alert[] {
  if (open.state === 'provisional') return end(open, sample, at);
  const isWellInside = sample.mean >= roundMean(low + hysteresis) && sample.mean <= roundMean(high - hysteresis);
  return isWellInside && sample.isFinal ? end(open, sample, at) : [];
}

function end(open: Alert, { hour }: Sample, at: string): Alert[] {
  if (hour < open.lastHour) return [];
  return [{ ...open, state: 'resolved', resolvedAt: at, resolvedHour: hour }];
}
