import { describe, expect, it } from 'vitest';
import { forTopic, inTurn } from '../../../src/app/kafka/choose-topic.ts';
import { readSettings } from '../../../src/app/config/settings.ts';
import { literalPrefix } from '../../../src/app/config/topic-choice.ts';
import { PipelineError } from '../../../src/runtime/errors.ts';

const several = readSettings({ KAFKA_TOPICS: 'a.x,b' });
const pattern = readSettings({ KAFKA_TOPIC_PATTERN: 'ward\\..*' });
const silent = { topic: undefined, hasHeadings: false };
const empty = new PipelineError('LEDGER_EMPTY', { message: 'nothing was written', retryable: false });

describe('a command that works on one topic', () => {
  it('takes the only one, or the one that is named among several', () => {
    const one = readSettings({ KAFKA_TOPIC: 'a' });
    expect(forTopic(one, undefined)).toBe(one);
    expect(forTopic(several, 'a.x')).toMatchObject({ kafka: { topic: 'a.x' }, table: { name: 'a_x' } });
    expect(forTopic(pattern, 'ward.7')).toMatchObject({ kafka: { topic: 'ward.7' }, table: { name: 'ward_7' } });
  });

  it('asks which of several, and refuses one that is not among them', () => {
    expect(() => forTopic(several, undefined)).toThrow('several topics are configured');
    expect(() => forTopic(several, 'c')).toThrow('the topic c is not among those that are configured');
    expect(() => forTopic(pattern, 'ward')).toThrow('not among');
    expect(() => forTopic(readSettings({ KAFKA_TOPIC: 'a' }), 'b')).toThrow('not among');
  });
});

describe('a command that works on all topics in turn', () => {
  it('ends as the first one that has findings', async () => {
    const seen: string[] = [];
    const code = await inTurn(several, silent, async ({ kafka, table }) => {
      seen.push(`${kafka.topic} in ${table.name}`);
      return kafka.topic === 'b' ? 1 : 0;
    });
    expect(seen).toEqual(['a.x in a_x', 'b in b']);
    expect(code).toBe(1);
  });

  it('passes over topics of which nothing is written, unless that is so of all', async () => {
    const work = (written: readonly string[]) =>
      inTurn(several, silent, async ({ kafka }) => {
        if (written.includes(kafka.topic)) return 0;
        throw empty;
      });
    await expect(work(['b'])).resolves.toBe(0);
    await expect(work([])).rejects.toBe(empty);
  });
});

describe('a topic whose table is another’s', () => {
  it('does not keep the others from the command, which fails behind them', async () => {
    const refused = new PipelineError('TABLE_MISMATCH', { message: 'of another topic', retryable: false });
    const seen: string[] = [];
    const work = inTurn(several, silent, async ({ kafka }) => {
      if (kafka.topic === 'a.x') throw refused;
      seen.push(kafka.topic);
      return 0;
    });
    await expect(work).rejects.toBe(refused);
    expect(seen).toEqual(['b']);
  });
});

describe('how the names of a pattern’s topics begin', () => {
  it.each([
    ['readings\\..*', 'readings.'],
    ['ward-[0-9]+', 'ward-'],
    ['wards?', 'ward'],
    ['ab*', 'a'],
    ['a+b', 'a'],
    ['a\\.?b', 'a'],
    ['(a|b)c', ''],
    ['a.*|b.*', ''],
    ['.*', ''],
  ])('%s: %s', (text, prefix) => {
    expect(literalPrefix(text)).toBe(prefix);
  });
});
