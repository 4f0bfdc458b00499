import { describe, expect, it } from 'vitest';
import { JsonValues } from '../../../src/consumer/ports/json-values.ts';

const texts = ['[0]', '[1]', '[2]'];

describe('arrays and structs as ranges of JSON', () => {
  it('may each be in other bytes than the one before it, however many they are', () => {
    const chunks = texts.map((text) => Buffer.from(text));
    const values = new JsonValues();
    // more than a call takes arguments
    for (let index = 0; index < 200_000; index++) values.add(chunks[index % 3] ?? Buffer.alloc(0), 0, 3);
    const picked = values.pick(Int32Array.of(0, -1, 199_999), Buffer.from('[]'));
    expect(Array.from({ length: 3 }, (_, index) => picked.valueAt(index))).toEqual([[0], [], [1]]);
    const all = new JsonValues();
    all.append(values, values.count);
    all.append(picked, picked.count);
    expect([199_999, 200_001, 200_002].map((index) => all.valueAt(index))).toEqual([[1], [], [1]]);
  });

  it('are as they came where those of records and written ones come in turns', () => {
    const records = Buffer.from(texts.join(''));
    const values = new JsonValues();
    for (const [index, text] of texts.entries()) {
      values.add(records, index * text.length, (index + 1) * text.length);
      values.addValue({ index });
    }
    const found = Array.from({ length: 6 }, (_, index) => values.valueAt(index));
    expect(found).toEqual([[0], { index: 0 }, [1], { index: 1 }, [2], { index: 2 }]);
  });
});
