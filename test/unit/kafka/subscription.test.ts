import { describe, expect, it } from 'vitest';
import type { TopicMetadata } from '../../../src/kafka/kafkajs/topic-metadata.ts';
import { Subscription } from '../../../src/kafka/group/subscription.ts';

const partition = { partitionErrorCode: 0, partitionId: 0, leader: 1, replicas: [1], isr: [1], offlineReplicas: [] };
const topicOf = (topic: string, about: Partial<TopicMetadata> = {}): TopicMetadata => ({
  topic,
  errorCode: 0,
  topicId: topic,
  isInternal: false,
  partitions: [partition],
  ...about,
});
const names = (topics: readonly TopicMetadata[]): string[] => topics.map(({ topic }) => topic);

describe('topics by a list', () => {
  it('are asked for by name, and never make the member join again', () => {
    const subscription = new Subscription({ kind: 'list', topics: ['b', 'a', 'b'] });
    expect(subscription.asked).toEqual(['a', 'b']);
    expect(subscription.tell()).toEqual(['a', 'b']);
    subscription.joined();
    subscription.survey([topicOf('a'), topicOf('b'), topicOf('c')]);
    expect(subscription.mustJoinAgain()).toBe(false);
  });

  it('that are missing or denied have no partitions, and are told; the others are read', () => {
    const subscription = new Subscription({ kind: 'list', topics: ['a', 'b', 'c'] });
    const found = [topicOf('a'), topicOf('b', { errorCode: 3, partitions: [] }), topicOf('c', { errorCode: 29 })];
    const { topics, problems, isUnsettled } = subscription.survey(found);
    expect(topics).toMatchObject([
      { topic: 'a', partitions: [partition] },
      { topic: 'b', errorCode: 0, partitions: [] },
      { topic: 'c', errorCode: 0, partitions: [] },
    ]);
    expect(problems).toEqual([
      { topic: 'b', errorCode: 3 },
      { topic: 'c', errorCode: 29 },
    ]);
    expect(isUnsettled).toBe(false);
  });

  it('are asked for again soon while a partition has no leader', () => {
    const subscription = new Subscription({ kind: 'list', topics: ['a'] });
    const leaderless = { ...partition, partitionErrorCode: 5, leader: -1 };
    const { topics, problems, isUnsettled } = subscription.survey([topicOf('a', { partitions: [leaderless] })]);
    expect(topics).toMatchObject([{ partitions: [leaderless] }]);
    expect(problems).toEqual([{ topic: 'a', errorCode: 5 }]);
    expect(isUnsettled).toBe(true);
  });
});

describe('topics by a pattern', () => {
  const pattern = /^readings\..*$/;

  it('are those whose whole name matches, without Kafka’s own', () => {
    const subscription = new Subscription({ kind: 'pattern', pattern: /^.*readings.*$/ });
    expect(subscription.asked).toBeUndefined();
    const found = [
      topicOf('b.readings'),
      topicOf('a.readings'),
      topicOf('__readings', { isInternal: true }),
      topicOf('x'),
    ];
    expect(names(subscription.survey(found).topics)).toEqual(['a.readings', 'b.readings']);
  });

  it('make the member join again, once, when there is a new one', () => {
    const subscription = new Subscription({ kind: 'pattern', pattern });
    subscription.survey([topicOf('readings.a')]);
    expect(subscription.tell()).toEqual(['readings.a']);
    subscription.joined();
    expect(subscription.mustJoinAgain()).toBe(false);
    subscription.survey([topicOf('readings.a'), topicOf('readings.b')]);
    expect(subscription.mustJoinAgain()).toBe(true);
    expect(subscription.mustJoinAgain()).toBe(false);
    expect(subscription.tell()).toEqual(['readings.a', 'readings.b']);
    subscription.joined();
    expect(subscription.mustJoinAgain()).toBe(false);
  });

  it('make it join again for one that came while it joined', () => {
    const subscription = new Subscription({ kind: 'pattern', pattern });
    subscription.tell();
    subscription.survey([topicOf('readings.a')]);
    subscription.joined();
    expect(subscription.mustJoinAgain()).toBe(true);
  });

  it('are kept while a broker has not heard of one, and forgotten when they are gone for good', () => {
    const subscription = new Subscription({ kind: 'pattern', pattern });
    subscription.survey([topicOf('readings.a')]);
    const { topics, problems } = subscription.survey([]);
    expect(topics).toMatchObject([{ topic: 'readings.a', partitions: [] }]);
    expect(problems).toEqual([{ topic: 'readings.a', errorCode: 3 }]);
    subscription.forget('readings.a');
    expect(subscription.survey([]).topics).toEqual([]);
  });
});

describe('readers of the same group', () => {
  const reader = (...topics: string[]) => ({ clientId: 'other', topics });
  const one = new Subscription({ kind: 'list', topics: ['a'] });
  const several = new Subscription({ kind: 'list', topics: ['a', 'b'] });
  const pattern = new Subscription({ kind: 'pattern', pattern: /^a.*$/ });

  it('are of this service when they have a topic in common: its topics may be changing', () => {
    expect(several.findOtherService([reader('b', 'c'), reader('a')])).toBeUndefined();
    expect(pattern.findOtherService([reader('a.x', 'b')])).toBeUndefined();
    expect(one.findOtherService([reader('a'), reader('a', 'b')])).toBeUndefined();
  });

  it('are of another one when they have none', () => {
    expect(several.findOtherService([reader('a'), reader('c')])).toEqual(reader('c'));
    expect(pattern.findOtherService([reader('b')])).toEqual(reader('b'));
    expect(one.findOtherService([reader('b', 'c')])).toEqual(reader('b', 'c'));
  });

  it('are left alone where each reads one topic', () => {
    expect(one.findOtherService([reader('b')])).toBeUndefined();
  });
});
