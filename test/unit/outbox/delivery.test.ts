import { describe, expect, it } from 'vitest';
import { attemptsMax, failed, isDue, leased, newDelivery, revived, sent } from '../../../src/outbox/delivery.ts';

const nowMs = Date.parse('2026-11-23T09:00:00.000Z');
const minuteMs = 60_000;

describe('a delivery', () => {
  it('is left alone while somebody sends it, and due again once its lease has run out', () => {
    const taken = leased(newDelivery('key', 'sns'), 'a', nowMs);
    expect([isDue(taken, nowMs), isDue(taken, nowMs + minuteMs), isDue(taken, nowMs + 3 * minuteMs)]).toEqual([
      false,
      false,
      true,
    ]);
    expect(isDue(sent(taken, nowMs), nowMs + 10 * minuteMs)).toBe(false);
  });

  it('waits longer after each failure, ten minutes at most, and is dead after the last attempt', () => {
    const waits: number[] = [];
    let delivery = newDelivery('key', 'webhook');
    while (delivery.state === 'pending') {
      delivery = failed(leased(delivery, 'a', nowMs), 'HTTP 503', nowMs);
      if (delivery.notBefore !== undefined) waits.push((Date.parse(delivery.notBefore) - nowMs) / 1000);
    }
    expect(waits).toEqual([5, 10, 20, 40, 80, 160, 320, 600, 600]);
    expect(delivery).toEqual({
      key: 'key',
      channel: 'webhook',
      state: 'dead',
      attempts: attemptsMax,
      error: 'HTTP 503',
    });
    expect(isDue(delivery, nowMs * 2)).toBe(false);
    expect(revived(delivery)).toEqual(newDelivery('key', 'webhook'));
  });
});
