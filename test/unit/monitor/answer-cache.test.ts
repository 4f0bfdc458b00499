import { expect, it } from 'vitest';
import { AnswerCache } from '../../../src/monitor/data/answer-cache.ts';
import { TestClock } from '../../support/test-clock.ts';

function openCache({ answersMax = 10 } = {}) {
  const clock = new TestClock();
  return { clock, cache: new AnswerCache<number>({ clock, freshMs: 1000, answersMax }) };
}

it('asks once for many who ask at the same time, and not again while the answer is fresh', async () => {
  const { cache } = openCache();
  let asked = 0;
  const ask = async (): Promise<number> => ++asked;
  const answers = await Promise.all([cache.get('a', ask), cache.get('a', ask), cache.get('a', ask)]);
  expect(answers.map(({ value }) => value)).toEqual([1, 1, 1]);
  expect((await cache.get('a', ask)).value).toBe(1);
});

it('gives an old answer at once, and the new one to who comes next', async () => {
  const { cache, clock } = openCache();
  let asked = 0;
  const ask = async (): Promise<number> => ++asked;
  await cache.get('a', ask);
  clock.pass(1000);
  expect((await cache.get('a', ask)).value).toBe(1);
  await expect.poll(async () => (await cache.get('a', ask)).value).toBe(2);
});

it('keeps the old answer with what went wrong when the next can’t be had', async () => {
  const { cache, clock } = openCache();
  await cache.get('a', async () => 1);
  clock.pass(1000);
  const refuse = async (): Promise<number> => Promise.reject(new Error('the engine is gone'));
  await cache.get('a', refuse);
  await expect.poll(async () => cache.get('a', refuse)).toMatchObject({ value: 1, problem: 'the engine is gone' });
});

it('rejects when there is no answer at all, and asks again the next time', async () => {
  const { cache } = openCache();
  await expect(cache.get('a', async () => Promise.reject(new Error('no table')))).rejects.toThrow('no table');
  expect((await cache.get('a', async () => 5)).value).toBe(5);
});

it('forgets what was looked at longest ago', async () => {
  const { cache } = openCache({ answersMax: 2 });
  for (const key of ['a', 'b', 'a', 'c']) await cache.get(key, async () => 1);
  expect((await cache.get('a', async () => 2)).value).toBe(1);
  expect((await cache.get('b', async () => 2)).value).toBe(2);
});
