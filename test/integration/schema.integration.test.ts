import { describe, expect, it } from 'vitest';
import { runCli } from '../support/cli.ts';
import { appendRecords, connectAdmin, createTopic } from '../support/kafka.ts';
import { Scenario } from '../support/scenario.ts';

async function setup() {
  const scenario = await Scenario.open();
  const kafka = connectAdmin();
  await createTopic(kafka, scenario.topic, 1);
  const append = (...values: object[]) =>
    appendRecords(
      kafka,
      scenario.topic,
      0,
      values.map((value) => ({ value: JSON.stringify(value) })),
    );
  return { scenario, append };
}

describe('glueless schema', () => {
  it('diff says what the topic would do to the table, and ends with 3 while there is something', async () => {
    const { scenario, append } = await setup();
    await append({ a: 1 });
    await scenario.consumeToEnd();
    expect(await runCli(['schema', 'diff'], scenario.env)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('would not change'),
    });
    await append({ a: 'text', b: { c: true } });
    const { code, stdout } = await runCli(['schema', 'diff'], scenario.env);
    expect(code).toBe(3);
    expect(stdout).toContain('+ a_string string');
    expect(stdout).toContain('+ b struct<c:boolean>');
    expect(stdout).toContain('1 values of "a" would go to a_string, like "text"');
    await scenario.consumeToEnd();
    expect((await runCli(['schema', 'diff'], scenario.env)).code).toBe(0);
  });

  it('show prints the columns and where they came from', async () => {
    const { scenario, append } = await setup();
    await append({ a: 1 });
    await scenario.consumeToEnd();
    const { stdout } = await runCli(['schema', 'show', '--json'], scenario.env);
    expect(JSON.parse(stdout).columns).toContainEqual({
      name: 'a',
      type: 'double',
      comment: 'first in partition 0, offsets from 0',
    });
  });
});

describe('glueless redrive', () => {
  it('turns dead letters into rows once the rules allow it', async () => {
    const { scenario, append } = await setup();
    await append({ a: 1 }, { a: 2, text: 'x'.repeat(500) });
    await scenario.consumeToEnd({ RECORD_BYTES_MAX: '100' });
    const redriven = await runCli(['redrive', '--reason', 'too-large'], scenario.env);
    expect(redriven).toMatchObject({ code: 0, stdout: expect.stringContaining('1 dead letters') });
    scenario.acknowledged = 2;
    await scenario.expectExactlyOnce();
  });
});
