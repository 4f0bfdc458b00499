import { describe, expect, it } from 'vitest';
import { Draw } from '../../../bench/kinds/draw.ts';
import { kindOf, kinds } from '../../../bench/kinds/kinds.ts';

const texts = (name: string, seed: number): string[] =>
  Array.from({ length: 500 }, (_, index) => kindOf(name).textAt(new Draw(seed, index), index, 0));

describe.each(kinds.map(({ name }) => name))('records of the kind %s', (name) => {
  it('are the same for the same seed, and others for another', () => {
    expect(texts(name, 1)).toEqual(texts(name, 1));
    expect(texts(name, 1)).not.toEqual(texts(name, 2));
  });

  it('are one line of JSON each, with fields of the columns that peers are given', () => {
    const { columns } = kindOf(name);
    const fields = new Set(texts(name, 1).flatMap((text) => Object.keys(JSON.parse(text))));
    expect([...fields].toSorted()).toEqual(Object.keys(columns).toSorted());
    expect(texts(name, 1).join('')).not.toContain('\n');
  });
});

it('names the kinds there are when asked for another', () => {
  expect(() => kindOf('easy')).toThrow('no kind easy: there are regular, ward, events');
});
