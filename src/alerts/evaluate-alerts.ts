import { lastChange, type HourStore, type StoredHour } from '../hours/hour-document.ts';
import { hourAt } from '../hours/hour-state.ts';
import { msPerDay } from '../runtime/duration.ts';
import type { Alert, AlertStore, StoredAlert } from './alert.ts';
import { alertId, nextAlerts, ruleName, type AlertRule, type Sample } from './alert-rule.ts';

export interface AlertObserver {
  changed?(alert: Alert): void;
}

export interface EvaluateOptions {
  readonly alerts: AlertStore;
  readonly hours: HourStore;
  readonly rule: AlertRule;
  /** Answers with the means of these hours; the value says whether the hour is complete. */
  readonly queryMeans: (hours: ReadonlyMap<string, boolean>) => Promise<readonly Sample[]>;
  readonly nowMs: number;
  /** Hours that fill are looked at too, for provisional alerts. */
  readonly isProvisionalDue: boolean;
  /** Unique to this process. */
  readonly writer: string;
  readonly observer: AlertObserver;
}

/** How far back an alert may be open. */
export const alertDays = 40;

/**
 * Evaluates the hours that are complete and were not evaluated since, and those that fill. Every alert is a document that is changed by
 * compare-and-swap, and an hour counts as evaluated only afterwards: whoever dies in between, or meets another process, leaves it to the
 * next look, which comes to the same alerts.
 */
export async function evaluateAlerts(settled: readonly StoredHour[], options: EvaluateOptions): Promise<void> {
  const { isProvisionalDue, queryMeans } = options;
  const complete = settled.filter(({ value }) => isUnevaluated(value));
  const open = isProvisionalDue ? settled.filter(({ value }) => lastChange(value).state !== 'complete') : [];
  const hours = new Map([
    ...open.map(({ id }) => [id, false] as const),
    ...complete.map(({ id }) => [id, true] as const),
  ]);
  if (hours.size === 0) return;
  const samples = await queryMeans(hours);
  const isWhole = await applySamples(samples, options);
  if (isWhole) for (const each of complete) await noteEvaluated(each, options);
}

export function isUnevaluated(document: StoredHour['value']): boolean {
  const { state, revision } = lastChange(document);
  return state === 'complete' && document.evaluated < revision;
}

/** Lets the samples change alerts, hour by hour. Answers false when another process was first somewhere. */
async function applySamples(samples: readonly Sample[], options: EvaluateOptions): Promise<boolean> {
  const { alerts, rule, nowMs } = options;
  const at = new Date(nowMs).toISOString();
  const known = await readKnown(options);
  let isWhole = true;
  for (const sample of samples.toSorted((a, b) => (a.hour < b.hour ? -1 : a.hour > b.hour ? 1 : 0))) {
    const open = known.open.get(sample.group);
    const ofHour = known.all.get(alertId(rule, sample));
    const next = nextAlerts(sample, { open: open?.value, ofHour: ofHour?.value }, rule, at);
    for (const alert of next) {
      const stored = await alerts.put(alert.id, alert, known.all.get(alert.id));
      if (stored === undefined) isWhole = false;
      else note(known, stored, options);
    }
  }
  return isWhole;
}

interface KnownAlerts {
  readonly all: Map<string, StoredAlert>;
  /** The one that is not resolved, by group. */
  readonly open: Map<string, StoredAlert>;
}

async function readKnown({ alerts, rule, nowMs }: EvaluateOptions): Promise<KnownAlerts> {
  const known: KnownAlerts = { all: new Map(), open: new Map() };
  for await (const stored of alerts.list(hourAt(nowMs - alertDays * msPerDay))) {
    const { id, value } = stored;
    if (value.rule !== ruleName(rule)) continue;
    known.all.set(id, stored);
    if (value.state !== 'resolved') known.open.set(value.group, stored);
  }
  return known;
}

function note(known: KnownAlerts, stored: StoredAlert, { observer }: EvaluateOptions): void {
  const { id, value } = stored;
  const before = known.all.get(id)?.value.state;
  known.all.set(id, stored);
  if (value.state !== 'resolved') known.open.set(value.group, stored);
  else if (known.open.get(value.group)?.id === id) known.open.delete(value.group);
  if (before !== value.state) observer.changed?.(value);
}

async function noteEvaluated({ id, value }: StoredHour, { hours, writer }: EvaluateOptions): Promise<void> {
  const { revision } = lastChange(value);
  const current = await hours.get(id);
  if (current === undefined || current.value.evaluated >= revision) return;
  // who was first has changed the hour: it is evaluated again at the next look
  await hours.put(id, { ...current.value, evaluated: revision, writer }, current);
}
