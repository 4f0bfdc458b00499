import { z } from 'zod';
import { deliverySchema } from '../outbox/delivery.ts';
import type { DocumentStore, Stored } from '../outbox/document-store.ts';
import { hourAt } from '../hours/hour-state.ts';
import { msPerDay } from '../runtime/duration.ts';
import { PipelineError } from '../runtime/errors.ts';

/**
 * An alert of one group, such as a patient:
 *
 *     provisional ──the hour is complete──▶ raised ──▶ acknowledged ──▶ resolved
 *          └──────── the mean is back in the band, or late rows have changed it ──▲
 */
const momentSchema = z.object({ moment: z.enum(['raised', 'acknowledged', 'resolved']), at: z.iso.datetime() });

/** Something of an alert that people are told. */
export type Moment = z.infer<typeof momentSchema>;

export const alertSchema = z.object({
  format: z.literal(1),
  /** `<hour>-<hash of rule and group>`: one alert for each hour in which a group leaves the band. */
  id: z.string(),
  /** The rule in words: `temperature by patientid`. */
  rule: z.string(),
  group: z.string(),
  /** The hour that raised it, `2026-11-23T09`. */
  hour: z.string(),
  side: z.enum(['low', 'high']),
  /** Mean and number of values of `lastHour`. */
  mean: z.number(),
  samples: z.number().int().nonnegative(),
  /** The newest hour that was outside of the band. */
  lastHour: z.string(),
  state: z.enum(['provisional', 'raised', 'acknowledged', 'resolved']),
  provisionalAt: z.iso.datetime().optional(),
  raisedAt: z.iso.datetime().optional(),
  acknowledgedAt: z.iso.datetime().optional(),
  acknowledgedBy: z.string().optional(),
  resolvedAt: z.iso.datetime().optional(),
  /** The hour whose mean resolved it. */
  resolvedHour: z.string().optional(),
  /** What became of it before its hour raised it again, as far as it is still told. */
  earlier: z.array(momentSchema).optional(),
  deliveries: z.array(deliverySchema),
});

export type Alert = z.infer<typeof alertSchema>;
export type StoredAlert = Stored<Alert>;

/** What happened longer ago is not told to a channel that is new. */
const tellDays = 1;

/** What became of the alert, in order. The end of one that nobody was told of is no news. */
export function momentsOf({ raisedAt, acknowledgedAt, resolvedAt, earlier = [] }: Alert): Moment[] {
  const isKnown = raisedAt !== undefined || acknowledgedAt !== undefined;
  return [
    ...earlier,
    ...(raisedAt === undefined ? [] : [{ moment: 'raised' as const, at: raisedAt }]),
    ...(acknowledgedAt === undefined ? [] : [{ moment: 'acknowledged' as const, at: acknowledgedAt }]),
    ...(resolvedAt === undefined || !isKnown ? [] : [{ moment: 'resolved' as const, at: resolvedAt }]),
  ];
}

/** The moments that are still told. */
export function stillTold(moments: readonly Moment[], nowMs: number): Moment[] {
  return moments.filter(({ at }) => Date.parse(at) >= nowMs - tellDays * msPerDay);
}

/** Alerts are listed from so long before an hour on that may decide on them; older ones that are open are noted. */
export const alertDays = 40;

/** The first hour of alerts that may still change; `pastDaysMax`: how old an hour may be whose rows still come. */
export function firstChangingHour(nowMs: number, pastDaysMax: number): string {
  return hourAt(nowMs - (pastDaysMax + alertDays) * msPerDay);
}

export interface Acknowledgement {
  readonly id: string;
  readonly by: string;
  readonly at: string;
}

const triesMax = 20;

/** Notes that somebody has seen the alert. One that is acknowledged or resolved stays as it is. Rejects with ALERT_MISSING. */
export async function acknowledge(alerts: DocumentStore<Alert>, { id, by, at }: Acknowledgement): Promise<Alert> {
  for (let attempt = 0; attempt < triesMax; attempt++) {
    const found = /^[\w-]+$/.test(id) ? await alerts.get(id) : undefined;
    if (found === undefined) throw missing(id);
    const { value } = found;
    if (value.state === 'acknowledged' || value.state === 'resolved') return value;
    const next: Alert = { ...value, state: 'acknowledged', acknowledgedAt: at, acknowledgedBy: by };
    if ((await alerts.put(id, next, found)) !== undefined) return next;
  }
  throw new PipelineError('STORE_UNAVAILABLE', {
    message: `the alert ${id} was changed by others ${triesMax} times in a row`,
    retryable: true,
  });
}

function missing(id: string): PipelineError {
  return new PipelineError('ALERT_MISSING', {
    message: `there is no alert ${JSON.stringify(id)}`,
    retryable: false,
    hint: '`glueless alerts --all` lists them with their ids',
  });
}
