import { messageOf as reasonOf } from '../runtime/errors.ts';
import { isDue, failed, leased, sent, type Channel, type Delivery } from './delivery.ts';
import type { DocumentStore, Stored } from './document-store.ts';
import type { Message, Senders } from './sender.ts';

/** A document that owes messages. */
export interface Owing {
  readonly deliveries: readonly Delivery[];
}

export interface DeliveryObserver {
  sent?(delivery: Delivery): void;
  /** An attempt failed; the delivery is pending again, or dead. */
  failed?(delivery: Delivery): void;
}

export interface DeliverOptions<Value extends Owing> {
  readonly documents: DocumentStore<Value>;
  readonly senders: Senders;
  /** The document with other deliveries. */
  readonly withDeliveries: (value: Value, deliveries: Delivery[]) => Value;
  readonly messageFor: (value: Value, delivery: Delivery) => Message;
  /** Unique to this process. */
  readonly holder: string;
  readonly nowMs: () => number;
  readonly observer: DeliveryObserver;
  /** Channels whose receiver did not answer in this round, which sends them nothing more. */
  readonly silent: Set<Channel>;
}

/** A receiver that takes longer to fail than this is taken to be silent. */
const silentMs = 3000;

const notesMax = 20;

/**
 * Sends what the document owes and what is due, and notes the answers in it. Each message is leased in the document before it is sent, so that
 * of all processes one sends it; a process that dies between sending and noting lets it be sent once more, with the same key. Messages
 * of one channel are sent in their order. Answers with the document as it is afterwards.
 */
export async function deliverDue<Value extends Owing>(
  stored: Stored<Value>,
  options: DeliverOptions<Value>,
): Promise<Stored<Value>> {
  let current = stored;
  for (const delivery of nextOnes(stored.value, options)) {
    const taken = leased(delivery, options.holder, options.nowMs());
    const held = await put(current, taken, options);
    // another process has changed the document: it, or the next look, goes on
    if (held === undefined) return current;
    current = await note(held, await attempt(held.value, taken, options), options);
  }
  return current;
}

/** The first pending message of each channel, where it is due. */
function nextOnes<Value extends Owing>(
  { deliveries }: Value,
  { senders, nowMs, silent }: DeliverOptions<Value>,
): Delivery[] {
  return [...senders.keys()].flatMap((channel) => {
    if (silent.has(channel)) return [];
    const first = deliveries.find((each) => each.channel === channel && each.state === 'pending');
    return first !== undefined && isDue(first, nowMs()) ? [first] : [];
  });
}

async function attempt<Value extends Owing>(
  value: Value,
  taken: Delivery,
  { senders, messageFor, nowMs, observer, silent }: DeliverOptions<Value>,
): Promise<Delivery> {
  const beganMs = nowMs();
  try {
    await senders.get(taken.channel)?.send(messageFor(value, taken));
    const done = sent(taken, nowMs());
    observer.sent?.(done);
    return done;
  } catch (error) {
    if (nowMs() - beganMs >= silentMs) silent.add(taken.channel);
    const done = failed(taken, reasonOf(error), nowMs());
    observer.failed?.(done);
    return done;
  }
}

/** Notes how the attempt ended, whatever else of the document was changed meanwhile. */
async function note<Value extends Owing>(
  held: Stored<Value>,
  done: Delivery,
  options: DeliverOptions<Value>,
): Promise<Stored<Value>> {
  let current = held;
  for (let tries = 0; tries < notesMax; tries++) {
    const noted = await put(current, done, options);
    if (noted !== undefined) return noted;
    current = (await options.documents.get(held.id)) ?? current;
    // our lease has run out, and another process has noted its own attempt
    if (find(current.value, done)?.lease?.holder !== options.holder) return current;
  }
  return current;
}

async function put<Value extends Owing>(
  current: Stored<Value>,
  changed: Delivery,
  { documents, withDeliveries }: DeliverOptions<Value>,
): Promise<Stored<Value> | undefined> {
  const deliveries = current.value.deliveries.map((each) => (isSame(each, changed) ? changed : each));
  return documents.put(current.id, withDeliveries(current.value, deliveries), current);
}

function find({ deliveries }: Owing, wanted: Delivery): Delivery | undefined {
  return deliveries.find((each) => isSame(each, wanted));
}

function isSame(left: Delivery, right: Delivery): boolean {
  return left.key === right.key && left.channel === right.channel;
}
