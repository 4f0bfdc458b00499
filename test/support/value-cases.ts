import type { Growth } from '../../src/schema/growth/evolution.ts';

/** Records that a lake could lose a value of, and what a reader must find. */
export interface ValueCase {
  readonly name: string;
  /** JSON texts, each list a batch of its own. */
  readonly batches: readonly (readonly string[])[];
  readonly hints?: string;
  readonly numbers?: 'double' | 'split';
  readonly growth?: Growth;
  readonly columnsMax?: number;
  readonly withKafkaColumns?: boolean;
  /** Not every encoder has them. */
  readonly hasMaps?: boolean;
  /** Columns of the catalog. */
  readonly columns: readonly string[];
  /** Values by row, without nulls: integers beyond 2^53 as their digits, times in ISO 8601. */
  readonly rows: readonly object[];
}

const large = '505874924095815680';

export const valueCases: readonly ValueCase[] = [
  {
    name: 'an id in a struct keeps its digits, though a double holds it exactly',
    batches: [[`{"user":{"id":${large}}}`], ['{"user":{"id":505874924095815681}}']],
    columns: ['user struct<id_string:string>'],
    rows: [{ user: { id_string: large } }, { user: { id_string: '505874924095815681' } }],
  },
  {
    name: 'an id in a column keeps its digits, though a double holds it exactly',
    batches: [[`{"id":${large}}`, '{"id":505874924095815681}', '{"id":7}']],
    columns: ['id_string string', 'id double'],
    rows: [{ id_string: large }, { id_string: '505874924095815681' }, { id: 7 }],
  },
  {
    name: 'an id in an array keeps its digits',
    batches: [['{"v":[72057594037927936,"x"]}', '{"w":[505874924095815680]}', '{"m":[{"id":505874924095815680}]}']],
    columns: ['v_json string', 'w_json string', 'm array<struct<id_string:string>>'],
    rows: [{ v_json: '[72057594037927936,"x"]' }, { w_json: `[${large}]` }, { m: [{ id_string: large }] }],
  },
  {
    name: 'an id that is rescued keeps its digits',
    batches: [[`{"user":{"id":${large}},"n":${large}}`]],
    growth: 'none',
    columns: ['_rescued string'],
    rows: [{ _rescued: `{"/user":{"id":${large}},"/n":${large}}` }],
  },
  {
    name: 'a large double stays a double, in a struct as well',
    batches: [['{"a":7.2057594037927933e16,"v":{"a":7.2057594037927933e16,"b":[1e300]}}', '{"v":{"c":true}}']],
    columns: ['a double', 'v struct<a:double,b:array<double>,c:boolean>'],
    rows: [{ a: '72057594037927936', v: { a: '72057594037927936', b: [1e300] } }, { v: { c: true } }],
  },
  {
    name: 'a bigint hint takes every 64-bit integer',
    hints: 'id bigint, v struct<id:bigint>, w array<bigint>',
    batches: [
      [
        '{"id":1152921504606846976}',
        '{"id":1152921504606846977}',
        '{"id":9223372036854775807}',
        '{"id":-9223372036854775808}',
        '{"id":9223372036854775808}',
      ],
      ['{"v":{"id":1152921504606846976}}', '{"v":{"id":1152921504606846977}}', '{"w":[72057594037927936,1]}'],
    ],
    columns: ['id bigint', 'id_string string', 'v struct<id:bigint>', 'w array<bigint>'],
    rows: [
      { id: '1152921504606846976' },
      { id: '1152921504606846977' },
      { id: '9223372036854775807' },
      { id: '-9223372036854775808' },
      { id_string: '9223372036854775808' },
      { v: { id: '1152921504606846976' } },
      { v: { id: '1152921504606846977' } },
      { w: ['72057594037927936', 1] },
    ],
  },
  {
    name: 'integers that are kept apart take every 64-bit integer',
    numbers: 'split',
    batches: [['{"v":{"id":1},"n":1}'], ['{"v":{"id":1152921504606846976},"n":1152921504606846976}']],
    columns: ['v struct<id:bigint>', 'n bigint'],
    rows: [
      { v: { id: 1 }, n: 1 },
      { v: { id: '1152921504606846976' }, n: '1152921504606846976' },
    ],
  },
  {
    name: 'an integer that no double tells, among others: it tells no type, wherever it stands',
    numbers: 'split',
    batches: [
      ['{"v":{"l":[1.5]},"l":[1.5]}'],
      ['{"v":{"l":[1,9007199254740992]}}', '{"l":[9007199254740992,1]}'],
      ['{"v":{"l":[9007199254740992,1]},"m":[1,9007199254740992]}'],
    ],
    columns: ['v struct<l:array<double>,l_json:string>', 'l array<double>', 'l_json string', 'm_json string'],
    rows: [
      { v: { l: [1.5] }, l: [1.5] },
      { v: { l_json: '[1,9007199254740992]' } },
      { l_json: '[9007199254740992,1]' },
      { v: { l_json: '[9007199254740992,1]' }, m_json: '[1,9007199254740992]' },
    ],
  },
  {
    name: 'integers of 64 bits in a known struct and array, among others that doubles hold',
    hints: 's struct<id:bigint>, l array<bigint>, n bigint',
    batches: [
      [
        '{"s":{"id":1},"l":[1],"n":1}',
        '{"s":{"id":9223372036854775807},"l":[-9223372036854775808,null,2],"n":-9007199254740993}',
        '{"s":{"id":-1},"l":[],"n":9223372036854775808}',
        '{"s":{"id":9223372036854775808},"l":[3],"n":9218868437227405313}',
        '{"s":{"id":9218868437227405313},"l":[-2,9218868437227405313],"n":-3}',
      ],
    ],
    columns: ['s struct<id:bigint,id_string:string>', 'l array<bigint>', 'n bigint', 'n_string string'],
    rows: [
      { s: { id: 1 }, l: [1], n: 1 },
      { s: { id: '9223372036854775807' }, l: ['-9223372036854775808', null, 2], n: '-9007199254740993' },
      { s: { id: -1 }, l: [], n_string: '9223372036854775808' },
      { s: { id_string: '9223372036854775808' }, l: [3], n: '9218868437227405313' },
      { s: { id: '9218868437227405313' }, l: [-2, '9218868437227405313'], n: -3 },
    ],
  },
  {
    name: 'numbers of 8, 16 and 32 bits in a known struct and array; others go beside them',
    hints: 's struct<i:int,m:smallint,t:tinyint,f:float>, l array<int>',
    batches: [
      [
        '{"s":{"i":2147483647,"m":-32768,"t":127,"f":0.5},"l":[1,null,-2147483648]}',
        '{"s":{"i":2147483648,"m":32768,"t":-129,"f":0.1},"l":[2147483648]}',
        '{"s":{"i":1.5,"t":1},"l":[2]}',
      ],
    ],
    columns: [
      's struct<i:int,m:smallint,t:tinyint,f:float,i_double:double,m_double:double,t_double:double,f_double:double>',
      'l array<int>',
      'l_array_double array<double>',
    ],
    rows: [
      { s: { i: 2147483647, m: -32768, t: 127, f: 0.5 }, l: [1, null, -2147483648] },
      { s: { i_double: 2147483648, m_double: 32768, t_double: -129, f_double: 0.1 }, l_array_double: [2147483648] },
      { s: { i_double: 1.5, t: 1 }, l: [2] },
    ],
  },
  {
    name: 'integers of 64 bits in a known map',
    hints: 'm map<string,bigint>',
    hasMaps: true,
    batches: [['{"m":{"a":1}}', '{"m":{"a":9007199254740993,"b":2}}', '{"m":{"a":-9223372036854775808}}']],
    columns: ['m map<string,bigint>'],
    rows: [{ m: { a: 1 } }, { m: { a: '9007199254740993', b: 2 } }, { m: { a: '-9223372036854775808' } }],
  },
  {
    name: 'integers that are kept apart can be rescued: nothing may grow',
    numbers: 'split',
    growth: 'none',
    batches: [['{"id":1}']],
    columns: ['_rescued string'],
    rows: [{ _rescued: '{"/id":1}' }],
  },
  {
    name: 'integers that are kept apart can be rescued: no siblings',
    numbers: 'split',
    growth: 'new-names',
    batches: [['{"id":"x"}'], ['{"id":5}']],
    columns: ['id string', '_rescued string'],
    rows: [{ id: 'x' }, { _rescued: '{"/id":5}' }],
  },
  {
    name: 'integers that are kept apart can be rescued: too many columns',
    numbers: 'split',
    columnsMax: 2,
    batches: [['{"a":1,"b":2,"c":3,"d":4}']],
    columns: ['a bigint', 'b bigint', '_rescued string'],
    rows: [{ a: 1, b: 2, _rescued: '{"/c":3,"/d":4}' }],
  },
  {
    name: 'a field called constructor: rows without its struct have none',
    batches: [
      [
        '{"v":{"constructor":"Ferrari","notes":[]},"n":{"toString":1},"t":{"valueOf":"2026-11-23T09:15:02.120Z"}}',
        '{"w":1}',
        '{"l":[{"constructor":"a"},null],"n":{"toString":"x"}}',
      ],
    ],
    columns: [
      'v struct<constructor:string>',
      'n struct<tostring:double,tostring_string:string>',
      't struct<valueof:timestamp>',
      'w double',
      'l array<struct<constructor:string>>',
      '_rescued string',
    ],
    rows: [
      {
        v: { constructor: 'Ferrari' },
        n: { tostring: 1 },
        t: { valueof: '2026-11-23T09:15:02.120Z' },
        _rescued: '{"/v/notes":[]}',
      },
      { w: 1 },
      { l: [{ constructor: 'a' }, null], n: { tostring_string: 'x' } },
    ],
  },
  {
    name: 'a field called constructor, of integers that are kept apart',
    numbers: 'split',
    batches: [['{"v":{"constructor":5,"a":[]}}', '{"w":true}']],
    columns: ['v struct<constructor:bigint>', 'w boolean', '_rescued string'],
    rows: [{ v: { constructor: 5 }, _rescued: '{"/v/a":[]}' }, { w: true }],
  },
  {
    name: 'a field called __proto__',
    batches: [['{"__proto__":1,"v":{"__proto__":"x"}}', '{"v":{"a":{}}}']],
    columns: ['__proto___field double', 'v struct<__proto___field:string>', '_rescued string'],
    rows: [{ __proto___field: 1, v: { __proto___field: 'x' } }, { _rescued: '{"/v/a":{}}' }],
  },
  {
    name: 'rescued values of two paths that look alike',
    batches: [['{"a":{"b":[],"c":1},"a.b":{}}'], ['{"v":{"x_Y":0,"x.Y":1,"x":{"y":2,"Y":3}}}']],
    columns: ['a struct<c:double>', '_rescued string', 'v struct<x_y:double,x:struct<y:double>>'],
    rows: [
      { a: { c: 1 }, _rescued: '{"/a/b":[],"/a.b":{}}' },
      { v: { x_y: 0, x: { y: 2 } }, _rescued: '{"/v/x.Y":1,"/v/x/Y":3}' },
    ],
  },
  {
    name: 'rescued values under the names that came, whole',
    growth: 'none',
    batches: [
      ['{"log":{"logger":"app","level":"a"},"log.level":"b"}', '{"a/b":{"c~d":1},"":2}'],
      ['{"A":5}', '{"a":1,"A":2}', '{"DataTransfer":1}', '{"dataTransfer":2}', '{"\\udfaa":3}'],
    ],
    columns: ['_rescued string'],
    rows: [
      { _rescued: '{"/log":{"logger":"app","level":"a"},"/log.level":"b"}' },
      { _rescued: '{"/a~1b":{"c~d":1},"/":2}' },
      { _rescued: '{"/A":5}' },
      { _rescued: '{"/a":1,"/A":2}' },
      { _rescued: '{"/DataTransfer":1}' },
      { _rescued: '{"/dataTransfer":2}' },
      { _rescued: '{"/\\udfaa":3}' },
    ],
  },
  {
    name: 'rescued values of names that fall together, without a type',
    batches: [['{"A":[]}', '{"a":[],"A":[]}']],
    columns: ['_rescued string'],
    rows: [{ _rescued: '{"/A":[]}' }, { _rescued: '{"/A":[],"/a":[]}' }],
  },
  {
    name: 'zeros keep their sign',
    batches: [
      ['{"n":-0,"v":{"a":-0}}', '{"n":0,"v":{"a":0}}', '{"n":-0,"v":{"a":0,"a":-0}}'],
      ['{"v":{"a":-0,"b":[]}}', '{"v":[-0,"x"]}'],
    ],
    columns: ['n double', 'v struct<a:double>', 'v_json string', '_rescued string'],
    rows: [
      { n: -0, v: { a: -0 } },
      { n: 0, v: { a: 0 } },
      { n: -0, v: { a: -0 } },
      { v: { a: -0 }, _rescued: '{"/v/b":[]}' },
      { v_json: '[-0,"x"]' },
    ],
  },
  {
    name: 'dates and times that readers take for different ones stay text',
    batches: [
      ['{"born":"1582-10-14","at":"1899-12-31T23:59:59.999Z"}', '{"born":"1582-10-15","at":"1900-01-01T00:00:00Z"}'],
      ['{"at":"9999-12-31T23:59:59-23:59"}', '{"at":"9999-12-31T23:59:59.999Z"}', '{"v":{"born":"1500-01-01"}}'],
    ],
    columns: ['born string', 'at string', 'born_date date', 'at_timestamp timestamp', 'v struct<born:string>'],
    rows: [
      { born: '1582-10-14', at: '1899-12-31T23:59:59.999Z' },
      { born_date: '1582-10-15', at_timestamp: '1900-01-01T00:00:00.000Z' },
      { at: '9999-12-31T23:59:59-23:59' },
      { at: '9999-12-31T23:59:59.999Z' },
      { v: { born: '1500-01-01' } },
    ],
  },
  {
    name: 'rows without any value, and no column that says where they came from',
    withKafkaColumns: false,
    batches: [['{"a":1}'], ['{}', '{"a":null}'], ['{"a":2}']],
    columns: ['a double'],
    rows: [{ a: 1 }, {}, {}, { a: 2 }],
  },
  {
    name: 'arrays stay in their rows, whatever ways their records were read: a key twice, an empty one, two spellings',
    batches: [
      ['{"a":["x"]}', '{"a":["y"],"a":["z"]}', '{"a":[]}', '{"a":["last"]}'],
      ['{"b":[1]}', '{"b":[2],"b":[3]}', '{"B":[4],"b":[5]}', '{"b":[6],"B":[7]}', '{"b":[8]}'],
    ],
    columns: ['a array<string>', 'b array<double>', '_rescued string'],
    rows: [
      { a: ['x'] },
      { a: ['z'] },
      { a: [] },
      { a: ['last'] },
      { b: [1] },
      { b: [3] },
      { b: [4], _rescued: '{"/b":[5]}' },
      { b: [6], _rescued: '{"/B":[7]}' },
      { b: [8] },
    ],
  },
  {
    name: 'an array of a dead letter, or one that its record has twice, comes to no other row',
    batches: [
      [
        '{"a":["x"]}',
        '{"a":["x"]}',
        '{"a":["x"]}',
        '{"a":["x"]}',
        '{"n":1}',
        '{"a":["none"],"n":tru}',
        '{"n":2,"n":3}',
        '{"a":["y"]}',
        '{"n":4,"n":5}',
        '{"n":6}',
        '{"a":["first"],"a":7}',
        '{"a":["z"]}',
      ],
    ],
    columns: ['a array<string>', 'n double', 'a_double double'],
    rows: [
      { a: ['x'] },
      { a: ['x'] },
      { a: ['x'] },
      { a: ['x'] },
      { n: 1 },
      { n: 3 },
      { a: ['y'] },
      { n: 5 },
      { n: 6 },
      { a_double: 7 },
      { a: ['z'] },
    ],
  },
  {
    name: 'keys with escapes, after keys that end in a backslash',
    batches: [
      ['{"h":[1],"x\\\\":1}', '{"h":[2],"x\\u0041":9007199254740993}', '{"h":[3],"x\\t":4}'],
      ['{"v":{"h":[],"x\\\\":0}}', '{"v":{"h":1,"x\\"":505874924095815680}}'],
    ],
    columns: [
      'h array<double>',
      'x_ double',
      'xa_string string',
      'v struct<x_:double,h:double,x__string:string>',
      '_rescued string',
    ],
    rows: [
      { h: [1], x_: 1 },
      { h: [2], xa_string: '9007199254740993' },
      { h: [3], x_: 4 },
      { v: { x_: 0 }, _rescued: '{"/v/h":[]}' },
      { v: { h: 1, x__string: large } },
    ],
  },
  {
    name: 'an object that a hint calls a map',
    hasMaps: true,
    hints: 'attrs map<string,double>, places map<string,struct<lat:double>>, seen map<string,array<timestamp>>',
    batches: [
      ['{"attrs":{"a b":1,"B":2.5,"constructor":3}}', '{"attrs":{"a b":-0}}', '{"attrs":{"b":1e300}}'],
      [
        '{"attrs":{"x":"text","y":7,"\\ud800":8}}',
        '{"attrs":[1]}',
        '{"attrs":"none"}',
        `{"attrs":{"id":${large},"n":1}}`,
      ],
      ['{"places":{"p1":{"lat":1},"p2":{"lat":2,"lon":3}}}', '{"places":{"p1":"x","p2":{"lat":"y"}}}'],
      ['{"seen":{"a":["2026-11-23T09:15:02.120Z",null],"b":["2026-11-24T00:00:00.000Z"]},"attrs":{"z":0}}'],
    ],
    columns: [
      'attrs map<string,double>',
      'attrs_array_double array<double>',
      'attrs_string string',
      '_rescued string',
      'places map<string,struct<lat:double,lon:double,lat_string:string>>',
      'seen map<string,array<timestamp>>',
    ],
    rows: [
      { attrs: { 'a b': 1, B: 2.5, constructor: 3 } },
      { attrs: { 'a b': -0 } },
      { attrs: { b: 1e300 } },
      { attrs: { y: 7 }, _rescued: '{"/attrs/x":"text","/attrs/\\ud800":8}' },
      { attrs_array_double: [1] },
      { attrs_string: 'none' },
      { attrs: { n: 1 }, _rescued: `{"/attrs/id":${large}}` },
      { places: { p1: { lat: 1 }, p2: { lat: 2, lon: 3 } } },
      { places: { p2: { lat_string: 'y' } }, _rescued: '{"/places/p1":"x"}' },
      { seen: { a: ['2026-11-23T09:15:02.120Z', null], b: ['2026-11-24T00:00:00.000Z'] }, attrs: { z: 0 } },
    ],
  },
];
