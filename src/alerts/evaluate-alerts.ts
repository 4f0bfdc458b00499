import { smallestOf } from '../runtime/extremes.ts';
import { lastChange, type HourDocument, type HourStore, type StoredHour } from '../hours/hour-document.ts';
import { hourAt, hourStartMs } from '../hours/hour-state.ts';
import { msPerDay } from '../runtime/duration.ts';
import { alertDays, type Alert, type StoredAlert } from './alert.ts';
import type { AlertStore } from './alert-store.ts';
import { alertId, nextAlerts, ruleName, type AlertRule, type Sample } from './alert-rule.ts';

export interface AlertObserver {
  changed?(alert: Alert): void;
  /** Called with the samples whose mean is no finite number, once for each evaluation that has any: they say nothing. */
  leftOut?(samples: readonly Sample[]): void;
}

export interface EvaluateOptions {
  readonly alerts: AlertStore;
  readonly hours: HourStore;
  readonly rule: AlertRule;
  /** Answers with the means of these hours; the value says whether the hour is complete. */
  readonly queryMeans: (hours: ReadonlyMap<string, boolean>) => Promise<readonly Sample[]>;
  /** Tells which hours are of days that have expired, whose rows may be gone; asked again after each query. */
  readonly expiredHours: () => Promise<(hour: string) => boolean>;
  readonly nowMs: number;
  /** Hours that fill are looked at too, for provisional alerts. */
  readonly isProvisionalDue: boolean;
  /** Unique to this process. */
  readonly writer: string;
  readonly observer: AlertObserver;
}

/**
 * Evaluates the hours that are complete and were not evaluated since, and those that fill. Every alert is a document that is changed by
 * compare-and-swap, and an hour counts as evaluated only afterwards: whoever dies in between, or meets another process, leaves it to the
 * next look, which comes to the same alerts. An hour of a day that has expired changes no alert: a late row would be all that is left of it.
 */
export async function evaluateAlerts(settled: readonly StoredHour[], options: EvaluateOptions): Promise<void> {
  const { isProvisionalDue, queryMeans, expiredHours } = options;
  const hasExpired = await expiredHours();
  const due = settled.filter(({ value }) => isUnevaluated(value, options.rule));
  for (const each of due) if (hasExpired(each.id)) await noteEvaluated(each, options);
  const complete = due.filter(({ id }) => !hasExpired(id));
  const filling = isProvisionalDue ? settled.filter(({ value }) => lastChange(value).state !== 'complete') : [];
  const open = filling.filter(({ id }) => !hasExpired(id));
  const hours = new Map([
    ...open.map(({ id }) => [id, false] as const),
    ...complete.map(({ id }) => [id, true] as const),
  ]);
  if (hours.size === 0) return;
  const samples = await queryMeans(hours);
  // days are noted before their rows go: rows may have gone under the query, and the next look leaves the hour out
  if ([...hours.keys()].some(await expiredHours())) return;
  const leftOut = samples.filter(({ mean }) => !Number.isFinite(mean));
  if (leftOut.length > 0) options.observer.leftOut?.(leftOut);
  const known = await readKnown([...hours.keys()], options);
  const isApplied = await applySamples(samples, known, options);
  const isWhole = (await resolveEmptied(complete, samples, { known, ...options })) && isApplied;
  if (isWhole) for (const each of complete) await noteEvaluated(each, options);
}

/** True when the hour is complete and was not evaluated by this rule since. */
export function isUnevaluated(document: HourDocument, rule: AlertRule): boolean {
  const { state, revision } = lastChange(document);
  return state === 'complete' && evaluatedBy(document, rule) < revision;
}

/** The last change that was evaluated by the rule. */
function evaluatedBy({ evaluated, evaluatedFor }: HourDocument, rule: AlertRule): number {
  return evaluatedFor === undefined ? evaluated : (evaluatedFor[ruleName(rule)] ?? 0);
}

/** Lets the samples change alerts, hour by hour. Answers false when another process was first somewhere. */
async function applySamples(
  samples: readonly Sample[],
  known: KnownAlerts,
  options: EvaluateOptions,
): Promise<boolean> {
  const { rule, nowMs } = options;
  const at = new Date(nowMs).toISOString();
  const finite = samples.filter(({ mean }) => Number.isFinite(mean));
  let isWhole = true;
  for (const sample of finite.toSorted((a, b) => (a.hour < b.hour ? -1 : a.hour > b.hour ? 1 : 0))) {
    const open = known.open.get(sample.group);
    const ofHour = known.all.get(alertId(rule, sample));
    const next = nextAlerts(sample, { open: open?.value, ofHour: ofHour?.value }, rule, at);
    for (const alert of next) if (!(await putAlert(alert, known, options))) isWhole = false;
  }
  return isWhole;
}

/** Ends alerts of an hour in which the group has no values any more, as after a replay that moved them. Answers as `applySamples`. */
async function resolveEmptied(
  complete: readonly StoredHour[],
  samples: readonly Sample[],
  { known, ...options }: EvaluateOptions & { readonly known: KnownAlerts },
): Promise<boolean> {
  const present = new Set(samples.map((sample) => alertId(options.rule, sample)));
  // an hour that has rows and no samples at all is rather one whose table is gone
  const isTold = new Set(samples.map(({ hour }) => hour));
  const hours = new Set(
    complete.filter(({ id, value }) => isTold.has(id) || lastChange(value).rows === 0).map(({ id }) => id),
  );
  let isWhole = true;
  for (const { value } of known.open.values()) {
    if (!hours.has(value.hour) || value.lastHour !== value.hour || present.has(value.id)) continue;
    const at = new Date(options.nowMs).toISOString();
    const ended: Alert = { ...value, state: 'resolved', resolvedAt: at, resolvedHour: value.hour };
    if (!(await putAlert(ended, known, options))) isWhole = false;
  }
  return isWhole;
}

/** False when another process was first: its alert is known from then on, and the next look decides. */
async function putAlert(alert: Alert, known: KnownAlerts, options: EvaluateOptions): Promise<boolean> {
  const stored = await options.alerts.put(alert.id, alert, known.all.get(alert.id));
  const current = stored ?? (await options.alerts.get(alert.id));
  if (current !== undefined) note(known, current, stored === undefined ? { observer: {} } : options);
  return stored !== undefined;
}

interface KnownAlerts {
  readonly all: Map<string, StoredAlert>;
  /** The one that is not resolved, by group. */
  readonly open: Map<string, StoredAlert>;
}

/** Alerts that may be open for these hours. They may be long ago, as those of a history that is loaded today. */
async function readKnown(hours: readonly string[], { alerts, rule, nowMs }: EvaluateOptions): Promise<KnownAlerts> {
  const known: KnownAlerts = { all: new Map(), open: new Map() };
  const oldestMs = Math.min(nowMs, smallestOf(hours.map(hourStartMs)));
  const noted = await alerts.noted();
  for await (const stored of alerts.changing(hourAt(oldestMs - alertDays * msPerDay), noted)) {
    const { id, value } = stored;
    if (value.rule !== ruleName(rule)) continue;
    known.all.set(id, stored);
    if (value.state !== 'resolved') known.open.set(value.group, stored);
  }
  // long before they would not be listed any more
  const hour = hourAt(oldestMs - (alertDays / 2) * msPerDay);
  const resolvedAt = new Date(nowMs - alertDays * msPerDay).toISOString();
  await alerts.noteOld(known.all.values(), noted, { hour, resolvedAt });
  return known;
}

function note(known: KnownAlerts, stored: StoredAlert, { observer }: Pick<EvaluateOptions, 'observer'>): void {
  const { id, value } = stored;
  const before = known.all.get(id)?.value.state;
  known.all.set(id, stored);
  if (value.state !== 'resolved') known.open.set(value.group, stored);
  else if (known.open.get(value.group)?.id === id) known.open.delete(value.group);
  if (before !== value.state) observer.changed?.(value);
}

async function noteEvaluated({ id, value }: StoredHour, { hours, rule, writer }: EvaluateOptions): Promise<void> {
  const { revision } = lastChange(value);
  const current = await hours.get(id);
  if (current === undefined || evaluatedBy(current.value, rule) >= revision) return;
  // who was first has changed the hour: it is evaluated again at the next look
  const evaluatedFor = { ...current.value.evaluatedFor, [ruleName(rule)]: revision };
  await hours.put(id, { ...current.value, evaluatedFor, writer }, current);
}
