import { z } from 'zod';

/** Where messages go. */
export const channels = ['webhook', 'eventbridge', 'sns'] as const;

export type Channel = (typeof channels)[number];

/**
 * One message to one channel, kept in the document that it tells of:
 *
 *     pending ──lease──▶ being sent ──answer──▶ sent
 *        ▲                   └─ failure: waits, then pending again; after the last attempt: dead
 *        └── whoever finds that the lease has run out: its holder died between sending and noting it
 */
export const deliverySchema = z.object({
  /** The same for every attempt, so that the receiver knows a message that it already has. */
  key: z.string(),
  channel: z.enum(channels),
  state: z.enum(['pending', 'sent', 'dead']),
  attempts: z.number().int().nonnegative(),
  /** No attempt before this time. */
  notBefore: z.iso.datetime().optional(),
  sentAt: z.iso.datetime().optional(),
  /** What the last attempt met. */
  error: z.string().optional(),
  /** Who is sending it, and until when nobody else does. */
  lease: z.object({ holder: z.string(), until: z.iso.datetime() }).optional(),
});

export type Delivery = z.infer<typeof deliverySchema>;

export const attemptsMax = 10;
const leaseMs = 120_000;
const delayMs = 5000;
const delayMaxMs = 600_000;

export function newDelivery(key: string, channel: Channel): Delivery {
  return { key, channel, state: 'pending', attempts: 0 };
}

/** True when somebody may try to send it now. */
export function isDue({ state, notBefore, lease }: Delivery, nowMs: number): boolean {
  const waits = (time: string | undefined): boolean => time !== undefined && Date.parse(time) > nowMs;
  return state === 'pending' && !waits(notBefore) && !waits(lease?.until);
}

export function leased(delivery: Delivery, holder: string, nowMs: number): Delivery {
  return { ...delivery, attempts: delivery.attempts + 1, lease: { holder, until: iso(nowMs + leaseMs) } };
}

export function sent({ key, channel, attempts }: Delivery, nowMs: number): Delivery {
  return { key, channel, state: 'sent', attempts, sentAt: iso(nowMs) };
}

/** The delivery after a failed attempt: it waits twice as long each time, and is dead after the last attempt. */
export function failed({ key, channel, attempts }: Delivery, error: string, nowMs: number): Delivery {
  const told = { key, channel, attempts, error: error.slice(0, 500) };
  if (attempts >= attemptsMax) return { ...told, state: 'dead' };
  const waitMs = Math.min(delayMaxMs, delayMs * 2 ** (attempts - 1));
  return { ...told, state: 'pending', notBefore: iso(nowMs + waitMs) };
}

/** A dead delivery begins again with its key. */
export function revived(delivery: Delivery): Delivery {
  return delivery.state === 'dead' ? newDelivery(delivery.key, delivery.channel) : delivery;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
