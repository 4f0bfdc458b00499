import { describe, expect, it } from 'vitest';
import { acknowledge, type Alert } from '../../../src/alerts/alert.ts';
import { AlertStore, listAlerts } from '../../../src/alerts/alert-store.ts';
import { createMemoryObjectStore } from '../../../src/lake/store/memory-object-store.ts';

const raised: Alert = {
  format: 1,
  id: '2026-11-23T09-1f',
  rule: 'temperature by patientid',
  group: 'p1',
  hour: '2026-11-23T09',
  side: 'high',
  mean: 38.2,
  samples: 60,
  lastHour: '2026-11-23T09',
  state: 'raised',
  raisedAt: '2026-11-23T10:06:00.000Z',
  deliveries: [],
};
const at = '2026-11-23T10:10:00.000Z';

describe('acknowledging an alert', () => {
  it('notes who it was, once', async () => {
    const alerts = new AlertStore(createMemoryObjectStore(), 'thermometer');
    await alerts.put(raised.id, raised);
    const both = ['ward', 'night'].map((by) => acknowledge(alerts, { id: raised.id, by, at }));
    const [first, second] = await Promise.all(both);
    expect(first).toEqual(second);
    expect(await listAlerts(alerts)).toEqual([
      { ...raised, state: 'acknowledged', acknowledgedAt: at, acknowledgedBy: first?.acknowledgedBy },
    ]);
  });

  it('leaves a resolved one as it is, and refuses an id that is none', async () => {
    const alerts = new AlertStore(createMemoryObjectStore(), 'thermometer');
    await alerts.put(raised.id, { ...raised, state: 'resolved' });
    expect(await acknowledge(alerts, { id: raised.id, by: 'ward', at })).toMatchObject({ state: 'resolved' });
    for (const id of ['nothing', '../hours'])
      await expect(acknowledge(alerts, { id, by: 'ward', at })).rejects.toMatchObject({ code: 'ALERT_MISSING' });
  });
});
