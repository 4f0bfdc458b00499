import fc from 'fast-check';
import { objectOf } from './json-object.ts';

const numbers = fc.constantFrom('1', '-0', '1.5', '1e400', '9007199254740993', '-12345678901234567890', '9e15');
const others = fc.constantFrom(
  '"x"',
  '"2026-11-23"',
  '"2026-11-23T09:15:02.120Z"',
  '"\\u0041"',
  'true',
  'false',
  'null',
);
/** Without a type, or with one only by what is around them. */
const untyped = fc.constantFrom(
  '[1,"x"]',
  '[null,{}]',
  '[[],{"c":null}]',
  '[ true , null , 1.50 ]',
  '[9007199254740993]',
  '[1,-9007199254740993]',
  '[1e400,1]',
  '["2026-11-23",1]',
  '["2026-11-23","x"]',
  '[{},1]',
  '[[1],"x"]',
  '[1]',
  '[1.5]',
  '[[1.5],[1]]',
  '[ { "d" : 1 } ]',
  '[[1,null],[]]',
  '[[[1.5]],[]]',
  '[[]]',
  '["x"]',
  '["2026-11-23T09:15:02.120Z",null]',
  '[["x"]]',
  '[[],[1]]',
  '[[[1]]]',
  '[{"d":1},[1]]',
  '[{},[]]',
  '[[1,"x"],[2]]',
  '[[1], [ "x" ]]',
  '[[9007199254740993],[1]]',
  '[[{}],[[1]]]',
  '[[[1],["x"]],[]]',
  '[["2026-11-23"],["x"]]',
  '[{"d":[[1,"x"]]}]',
  '{"d":{"e":[1,"x"]}}',
  '{ "d" : "\\u00e9\\/" }',
  '{"2":1,"1":0.10}',
  '{"d":[],"1":{},"0":[]}',
  '{"d":{"e":[ ],"f":null}}',
  '{"d":{"e":{}},"g":1}',
  '{"d":null}',
  '[{"d":{"e":[]}},{"d":1}]',
  '[{}]',
  '[null]',
  '[[null],[1]]',
  '[[null,[null]],null]',
  '[{"d":null},null]',
  '[1,1.5]',
  '["x","2026-11-23"]',
  '["2026-11-23","2026-11-23T09:15:02.120Z"]',
  '[[1],[1.5,2]]',
);
/** JSON of one value of any kind. */
export const anyMember = fc.oneof(
  { weight: 3, arbitrary: numbers },
  { weight: 3, arbitrary: others },
  { weight: 1, arbitrary: fc.constantFrom('{}', '[ ]', '[]', '[null]', '{"c":[]}', '{"c":1}') },
  { weight: 2, arbitrary: untyped },
);
/** Keys as JSON writes them, two of them one and the same. */
const spellings = ['ä', String.raw`\u00e4`, 'Ä', String.raw`\u00c4`, String.raw`\"`];
/** JSON of a struct whose members go beside each other. */
const anyStruct = fc
  .dictionary(
    fc.constantFrom(
      'a',
      'A',
      ...spellings,
      'b',
      'B',
      'c',
      'a_string',
      'a_double',
      'a_json',
      'a_array_double',
      'a_struct',
    ),
    anyMember,
    {
      maxKeys: 4,
    },
  )
  .map(objectOf);
/** JSON of structs, arrays of them, and arrays and objects without a type. */
export const nestedValue = fc.oneof(
  { weight: 3, arbitrary: anyStruct },
  { weight: 1, arbitrary: fc.array(anyStruct, { maxLength: 3 }).map((elements) => `[${elements.join(',')}]`) },
  { weight: 1, arbitrary: untyped },
);
