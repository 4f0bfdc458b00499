import { describe, expect, it } from 'vitest';
import { parseRecord } from '../../../src/consumer/columns/parse/parse-record.ts';
import { assembleDeadLetters } from '../../../src/consumer/table/assemble/assemble-dead-letters.ts';
import type { TableColumn } from '../../../src/consumer/ports/columnar-table.ts';
import { chunkOf, slicesOf } from '../../support/chunks.ts';
import { createTestTools, openTestLake, testRecipe } from '../../support/lake.ts';

const secret = 'Jane-Doe-1970';
const values = [`{"name":"${secret}",oops}`, secret, `{"a":"${secret}`, `["${secret}"]`, `"${secret}"`];

function deadLetters(payload: 'full' | 'keys' | 'none'): string {
  const chunk = chunkOf(
    values.map((value) => ({ value, key: 'key-1', headers: { h: 'header-1' } })),
    { from: 5n },
  );
  const rejects = values.map((value, index) => {
    const parsed = parseRecord(Buffer.from(value), 0, Buffer.byteLength(value));
    if (parsed.kind !== 'reject') throw new Error(`${value} can become a row`);
    return { chunk, index, reason: parsed.reason, detail: parsed.detail };
  });
  return JSON.stringify(assembleDeadLetters(rejects, payload).columns.map(stringsOf));
}

function stringsOf({ name, data }: TableColumn): object {
  return data.kind === 'string' ? { name, strings: Buffer.from(data.dictionary.bytes).toString() } : { name };
}

describe('a dead letter', () => {
  it('keeps all of its record by default', () => {
    const text = deadLetters('full');
    for (const part of [secret, 'key-1', 'header-1', 'not valid JSON']) expect(text).toContain(part);
  });

  it('keeps key and headers, and nothing of the value, not even in the parser’s message', () => {
    const text = deadLetters('keys');
    for (const part of ['key-1', 'header-1', 'no valid JSON']) expect(text).toContain(part);
    expect(text).not.toContain(secret.slice(0, 5));
  });

  it('keeps coordinates and reason only', () => {
    const text = deadLetters('none');
    for (const part of [secret.slice(0, 5), 'key-1', 'header-1']) expect(text).not.toContain(part);
    expect(text).toContain('invalid-json');
  });

  it.each(['ndjson', 'array'] as const)('keeps nothing of a value with several records either: %s', async (records) => {
    const broken = `{"name":"${secret}","n":oops}`;
    const value = records === 'array' ? `[{"n":1},${broken}]` : `{"n":1}\n${broken}`;
    const { writer } = createTestTools(await openTestLake());
    using batch = await writer.decode(slicesOf([{ value }]), { ...testRecipe, records });
    const details = (payload: 'full' | 'keys') =>
      JSON.stringify(assembleDeadLetters(batch.rejects, payload).columns.map(stringsOf));
    expect(details('full')).toContain(secret);
    expect(details('keys')).toContain('object 1 of 2: no valid JSON');
    expect(details('keys')).not.toContain(secret.slice(-4));
  });
});
