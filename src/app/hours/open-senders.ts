import type { Channel } from '../../outbox/delivery.ts';
import type { Sender, Senders } from '../../outbox/sender.ts';
import { createWebhook } from '../../outbox/webhook.ts';
import type { Settings } from '../config/settings.ts';

type ChannelSettings = Pick<Settings, 'hours' | 'alerts' | 'aws'>;

/** Who is told of hours. The AWS SDK's clients are loaded only where they are configured. */
export async function openHourSenders({ hours: { webhook, eventBus }, aws }: ChannelSettings): Promise<Senders> {
  const senders = new Map<Channel, Sender>();
  if (webhook !== undefined) senders.set('webhook', createWebhook({ ...webhook, name: 'HOURS_WEBHOOK_URL' }));
  if (eventBus !== undefined) {
    const { createEventBus } = await import('../../aws/senders/event-bus.ts');
    senders.set('eventbridge', createEventBus({ ...aws, bus: eventBus }));
  }
  return senders;
}

/** Who is told of alerts. */
export async function openAlertSenders({ alerts: { webhook, snsTopic }, aws }: ChannelSettings): Promise<Senders> {
  const senders = new Map<Channel, Sender>();
  if (webhook !== undefined) senders.set('webhook', createWebhook({ ...webhook, name: 'ALERT_WEBHOOK_URL' }));
  if (snsTopic !== undefined) {
    const { createSnsTopic } = await import('../../aws/senders/sns-topic.ts');
    senders.set('sns', createSnsTopic({ ...aws, topic: snsTopic }));
  }
  return senders;
}
