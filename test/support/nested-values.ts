import fc from 'fast-check';
import { stringAt } from '../../src/consumer/ports/dictionary-builder.ts';
import type { LeafColumn } from '../../src/parquet/leaves/leaf-column.ts';
import type { ColumnType, Field } from '../../src/schema/types/column-type.ts';

const leafKinds = ['double', 'string', 'boolean', 'timestamp', 'date'] as const;

const scalarTypes = fc.constantFrom(...leafKinds).map((kind): ColumnType => ({ kind }));

function nestedTypesOf(hasMaps: boolean): fc.Arbitrary<ColumnType> {
  return fc.letrec<{ type: ColumnType; inner: ColumnType }>((tie) => ({
    inner: fc.oneof({ maxDepth: 3 }, scalarTypes, tie('type')),
    type: fc.oneof(
      tie('inner').map((element): ColumnType => ({ kind: 'array', element })),
      fc.array(tie('inner'), { maxLength: 3 }).map((of): ColumnType => ({
        kind: 'struct',
        fields: of.map((type, index): Field => ({ name: `f${index}`, type })),
      })),
      ...(hasMaps ? [tie('inner').map((value): ColumnType => ({ kind: 'map', value }))] : []),
    ),
  })).type;
}

/** Arrays and structs of all scalars that the kernel reads. */
export const nestedTypes = nestedTypesOf(false);
/** Maps of them, too. */
export const mappedTypes = nestedTypesOf(true);

/** Some come twice in a map, and some are integers, which JavaScript has before others. */
const mapKeys = fc.constantFrom(
  'a',
  'b',
  'a/b',
  'A',
  '10',
  '9',
  '01',
  '-1',
  '',
  'é',
  String.raw`\u0061`,
  String.raw`\n`,
);

const spaces = fc.constantFrom('', ' ', '\n\t');

/** JSON of values of the type: any part can be null or left out, keys are spelt in two ways and come in any order. */
export function jsonOf(type: ColumnType): fc.Arbitrary<string> {
  switch (type.kind) {
    case 'array':
      return fc
        .tuple(fc.array(memberOf(type.element), { maxLength: 4 }), spaces)
        .map(([elements, space]) => `[${space}${elements.join(`${space},`)}${space}]`);
    case 'struct': {
      const member = ({ name, type: of }: Field) =>
        fc
          .tuple(fc.constantFrom(name, name.toUpperCase()), memberOf(of), spaces)
          .map(([key, text, space]) => `${JSON.stringify(key)}${space}:${space}${text}`);
      return fc
        .tuple(...type.fields.map(member))
        .chain((members) => fc.shuffledSubarray(members))
        .map((members) => `{${members.join(',')}}`);
    }
    case 'map':
      return fc
        .array(fc.tuple(mapKeys, memberOf(type.value), spaces), { maxLength: 4 })
        .map((entries) => `{${entries.map(([key, text, space]) => `"${key}"${space}:${text}`).join(' ,')}}`);
    case 'double':
      return fc.oneof(
        // integers of more digits are parsed
        fc
          .double({ noNaN: true, noDefaultInfinity: true })
          .map((number) => JSON.stringify(number))
          .filter((text) => !/^-?\d{16}/.test(text)),
        fc.constantFrom('-0', '36.6', '1E2', '0.1234567890123456789'),
      );
    case 'boolean':
      return fc.constantFrom('true', 'false');
    case 'timestamp':
      return fc.constantFrom('"2026-11-23T09:15:02.120Z"', '"1969-12-31T23:59:59-01:30"');
    case 'date':
      return fc.constantFrom('"2026-11-23"', '"1969-12-31"');
    default:
      return fc.oneof(
        fc.string({ unit: 'grapheme', maxLength: 20 }).map((text) => JSON.stringify(text)),
        fc.constantFrom('"ward 1"', String.raw`"\u00e9\ud83d\ude00\n"`, '""'),
      );
  }
}

function memberOf(type: ColumnType): fc.Arbitrary<string> {
  return fc.option(jsonOf(type), { freq: 4, nil: 'null' });
}

/** What the leaves say, whatever the ids of their strings are. */
export function leafContent(leaves: readonly LeafColumn[]) {
  return leaves.map(({ values, definitions, repetitions, ...rest }) => ({
    ...rest,
    // leaves of one array share them
    repetitionPages: undefined,
    definitions: [...(definitions ?? [])],
    repetitions: repetitions && [...repetitions],
    values:
      values.kind === 'strings'
        ? Array.from(values.ids, (code) => stringAt(values.dictionary, code))
        : { ...values, values: [...values.values] },
  }));
}
