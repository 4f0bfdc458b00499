import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Attack } from '../../support/attack.ts';

describe('a topic whose name begins with', () => {
  it.each(['_', '.', '-'])('%s: every row is visible', async (start) => {
    const attack = await Attack.open({ topic: `${start}hidden-${randomUUID().slice(0, 8)}` });
    await attack.append(50);
    await attack.consumeToEnd();
    await attack.expectWhole();
  });
});

describe('a table whose name', () => {
  it.each(['_hidden', '_ledger'])('is %s: refused before anything is written', async (table) => {
    const attack = await Attack.open({ table });
    await attack.append(10);
    const { code, stderr } = await attack.run(['consume', '--until-end']);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(/LAKE_TABLE/) });
  });

  it('comes from a topic that begins with an underscore: is visible', async () => {
    const topic = `_named-${randomUUID().slice(0, 8)}`;
    const table = `topic${topic.replace('-', '_')}`;
    const attack = await Attack.open({ topic, table, env: { LAKE_TABLE: '' } });
    await attack.append(50);
    await attack.consumeToEnd();
    await attack.expectWhole();
  });
});
