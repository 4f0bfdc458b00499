import { z } from 'zod';
import { describe, expect, it } from 'vitest';
import type { ObjectStore } from '../../../src/consumer/ports/lake.ts';
import { createMemoryObjectStore } from '../../../src/lake/store/memory-object-store.ts';
import { deliverDue, type DeliverOptions } from '../../../src/outbox/deliver.ts';
import { deliverySchema, newDelivery, type Channel } from '../../../src/outbox/delivery.ts';
import { DocumentStore } from '../../../src/outbox/document-store.ts';
import { listUndelivered, redeliver } from '../../../src/outbox/undelivered.ts';
import type { Sender } from '../../../src/outbox/sender.ts';

const schema = z.object({ note: z.string(), deliveries: z.array(deliverySchema) });
type Note = z.infer<typeof schema>;

const keys = ['a/1', 'a/2'];
const minuteMs = 60_000;

/** A receiver, processes that owe it two messages of one document, and a clock. */
class Receiver {
  readonly store = createMemoryObjectStore();
  readonly received: string[] = [];
  nowMs = Date.parse('2026-11-23T09:00:00Z');
  isDown = false;
  /** How long a receiver that is down takes to refuse. */
  refusesAfterMs = 0;
  silent = new Set<Channel>();

  documents(store: ObjectStore = this.store): DocumentStore<Note> {
    return new DocumentStore(store, '_notes/', schema);
  }

  async owe(): Promise<void> {
    await this.documents().put('a', { note: 'new', deliveries: keys.map((key) => newDelivery(key, 'webhook')) });
  }

  /** A process that looks at the document once. `onSend` may kill it, or change the document meanwhile. */
  async deliver({ holder = 'one', store = this.store, onSend = async () => {} } = {}): Promise<Note | undefined> {
    const sender: Sender = {
      send: async ({ key }) => {
        if (this.isDown) this.nowMs += this.refusesAfterMs;
        if (this.isDown) throw new Error('HTTP 503');
        this.received.push(key);
        await onSend();
      },
    };
    const documents = this.documents(store);
    const options: DeliverOptions<Note> = {
      documents,
      senders: new Map([['webhook', sender]]),
      withDeliveries: (value, deliveries) => ({ ...value, deliveries }),
      messageFor: (_value, { key }) => ({ key, type: 'test', subject: key, body: {} }),
      holder,
      nowMs: () => this.nowMs,
      observer: {},
      silent: this.silent,
    };
    const found = await documents.get('a');
    return found && (await deliverDue(found, options)).value;
  }
}

describe('delivering what a document owes', () => {
  it('sends each message once, one after the other', async () => {
    const receiver = new Receiver();
    await receiver.owe();
    await receiver.deliver();
    const done = await receiver.deliver();
    await receiver.deliver();
    expect(receiver.received).toEqual(keys);
    expect(done?.deliveries.map(({ state, attempts }) => `${state} ${attempts}`)).toEqual(['sent 1', 'sent 1']);
  });

  it('sends each message once when many processes look at the same time', async () => {
    const receiver = new Receiver();
    await receiver.owe();
    const look = async (holder: string) => receiver.deliver({ holder });
    await Promise.all(['one', 'two', 'three', 'four'].map(look));
    await Promise.all(['one', 'two', 'three', 'four'].map(look));
    expect(receiver.received).toEqual(keys);
  });

  it('sends a message twice at most, with the same key, when a process dies between sending and noting it', async () => {
    const receiver = new Receiver();
    await receiver.owe();
    let isDead = false;
    const put: ObjectStore['put'] = async (...given) => {
      if (isDead) throw new Error('killed');
      return receiver.store.put(...given);
    };
    const dies = async (): Promise<void> => {
      isDead = true;
    };
    const dying = receiver.deliver({ holder: 'dying', store: { ...receiver.store, put }, onSend: dies });
    await expect(dying).rejects.toThrow('killed');
    // nobody touches it while the dead one could still be alive
    await receiver.deliver({ holder: 'heir' });
    expect(receiver.received).toEqual(['a/1']);
    receiver.nowMs += 3 * minuteMs;
    for (let look = 0; look < 3; look++) await receiver.deliver({ holder: 'heir' });
    expect(receiver.received).toEqual(['a/1', 'a/1', 'a/2']);
  });

  it('tries again later, holds back what follows, and gives up in the end', async () => {
    const receiver = new Receiver();
    await receiver.owe();
    receiver.isDown = true;
    const first = await receiver.deliver();
    expect(first?.deliveries[0]).toMatchObject({ state: 'pending', attempts: 1, error: 'HTTP 503' });
    receiver.isDown = false;
    await receiver.deliver();
    expect(receiver.received).toEqual([]);
    receiver.nowMs += 10_000;
    await receiver.deliver();
    expect(receiver.received).toEqual(['a/1']);
    receiver.isDown = true;
    for (let attempt = 0; attempt < 12; attempt++) {
      await receiver.deliver();
      receiver.nowMs += 11 * minuteMs;
    }
    const note = await receiver.deliver();
    expect(note?.deliveries.map(({ state, attempts }) => [state, attempts])).toEqual([
      ['sent', 2],
      ['dead', 10],
    ]);
    receiver.isDown = false;
    const documents = receiver.documents();
    expect((await listUndelivered(documents)).map(({ key }) => key)).toEqual(['a/2']);
    expect(await redeliver(documents, (value, deliveries) => ({ ...value, deliveries }))).toBe(1);
    await receiver.deliver();
    expect(receiver.received).toEqual(keys);
    expect(await listUndelivered(documents)).toEqual([]);
  });

  it.each([
    ['waits in vain for the receiver', 10_000, []],
    ['is refused at once', 20, ['a/1']],
  ])('sends nothing more in the same look after a message that %s', async (_how, refusesAfterMs, sent) => {
    const receiver = new Receiver();
    await receiver.owe();
    receiver.isDown = true;
    receiver.refusesAfterMs = refusesAfterMs;
    await receiver.deliver();
    receiver.isDown = false;
    receiver.nowMs += minuteMs;
    await receiver.deliver();
    expect(receiver.received).toEqual(sent);
    // the next look begins anew
    receiver.silent = new Set();
    for (let look = 0; look < 2; look++) await receiver.deliver();
    expect(receiver.received).toEqual(keys);
  });

  it('notes the answer beside what others changed meanwhile', async () => {
    const receiver = new Receiver();
    await receiver.owe();
    const onSend = async (): Promise<void> => {
      const documents = receiver.documents();
      const found = await documents.get('a');
      if (found !== undefined) await documents.put('a', { ...found.value, note: 'acknowledged' }, found);
    };
    const done = await receiver.deliver({ onSend });
    expect(done).toMatchObject({ note: 'acknowledged', deliveries: [{ state: 'sent' }, { state: 'pending' }] });
  });
});
