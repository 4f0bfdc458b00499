import { describe, expect, it } from 'vitest';
import { TopicIdentity } from '../../../src/consumer/ledger/topic/topic-identity.ts';

/** Answers when it is told to. */
class SlowTopic {
  readonly asked: PromiseWithResolvers<string | undefined>[] = [];

  async topicId(): Promise<string | undefined> {
    const request = Promise.withResolvers<string | undefined>();
    this.asked.push(request);
    return request.promise;
  }

  async answer(index: number, id: string | undefined): Promise<void> {
    this.asked[index]?.resolve(id);
    await new Promise(setImmediate);
  }
}

describe('the identity of a topic', () => {
  it('is asked once for all who come while another request is on its way', async () => {
    const topic = new SlowTopic();
    const identity = new TopicIdentity('readings', topic);
    const first = identity.check('a');
    const others = Promise.all([identity.check('a'), identity.check('a'), identity.check('a')]);
    expect(topic.asked).toHaveLength(1);
    await topic.answer(0, 'a');
    await first;
    expect(topic.asked).toHaveLength(2);
    await topic.answer(1, 'a');
    await others;
    expect(topic.asked).toHaveLength(2);
  });

  it('never takes an answer that was asked for before the records were there', async () => {
    const topic = new SlowTopic();
    const identity = new TopicIdentity('readings', topic);
    const early = identity.check('a');
    const late = identity.check('a');
    late.catch(() => {});
    await topic.answer(0, 'a');
    await early;
    await topic.answer(1, 'b');
    await expect(late).rejects.toMatchObject({ code: 'TOPIC_RECREATED' });
  });

  it('is asked again after a request that failed', async () => {
    const topic = new SlowTopic();
    const identity = new TopicIdentity('readings', topic);
    const failed = identity.check('a');
    const waiting = identity.check('a');
    topic.asked[0]?.reject(new Error('no leader'));
    await expect(failed).rejects.toThrow('no leader');
    await new Promise(setImmediate);
    await topic.answer(1, 'a');
    await waiting;
    const again = identity.check('a');
    await topic.answer(2, 'a');
    await again;
    expect(topic.asked).toHaveLength(3);
  });

  it('is not asked of brokers that know no ids, and an answer without one is no evidence', async () => {
    const topic = new SlowTopic();
    const identity = new TopicIdentity('readings', topic);
    await identity.check(undefined);
    expect(topic.asked).toHaveLength(0);
    const unknown = identity.check('a');
    await topic.answer(0, undefined);
    await unknown;
  });
});
