import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openFileMessages } from '../../../src/producer/file-messages.ts';
import { temporaryFolder } from '../../support/lake.ts';

it('gives the lines of a file as they are, some at a time, with the key that a field holds', async () => {
  const path = join(await temporaryFolder(), 'lines.ndjson');
  await writeFile(path, '{"id":"a","n":1}\r\n\n{"id":7}\n{"n":3}\nno JSON\n{"id":{"x":1}}');
  await using file = await openFileMessages({ path, keyField: 'id', headers: { source: 'file' } });
  const headers = { source: 'file' };
  expect(await file.take(2)).toEqual([
    { key: 'a', value: Buffer.from('{"id":"a","n":1}'), headers },
    { key: '7', value: Buffer.from('{"id":7}'), headers },
  ]);
  expect(await file.take(10)).toEqual([
    { key: undefined, value: Buffer.from('{"n":3}'), headers },
    { key: undefined, value: Buffer.from('no JSON'), headers },
    { key: '{"x":1}', value: Buffer.from('{"id":{"x":1}}'), headers },
  ]);
  expect(await file.take(10)).toEqual([]);
});

it('leaves bytes that are no UTF-8 as they are, and separators of lines that JSON allows in strings', async () => {
  const path = join(await temporaryFolder(), 'lines.ndjson');
  const lines = [Buffer.from([0xff, 0xfe]), Buffer.from('{"id":"é\u2028ü"}')];
  await writeFile(path, Buffer.concat(lines.flatMap((line) => [line, Buffer.from('\n')])));
  await using file = await openFileMessages({ path, keyField: 'id', headers: {} });
  expect(await file.take(10)).toEqual([
    { key: undefined, value: lines[0] },
    { key: 'é\u2028ü', value: lines[1] },
  ]);
});

it('ends a line at a line feed only, and leaves out only lines of blanks', async () => {
  const path = join(await temporaryFolder(), 'lines.ndjson');
  const bytes = '{"a":1,\r"b":2}\n\xa0\n\x0b\r\n \t\r\n\n\r\r\n{"c":3}\r\nlast';
  await writeFile(path, Buffer.from(bytes, 'latin1'));
  await using file = await openFileMessages({ path, keyField: undefined, headers: {} });
  const values = (await file.take(10)).map(({ value }) => Buffer.from(value).toString('latin1'));
  expect(values).toEqual(['{"a":1,\r"b":2}', '\xa0', '\x0b', '{"c":3}', 'last']);
});

it('puts lines together that are longer than a chunk of the file', async () => {
  const path = join(await temporaryFolder(), 'lines.ndjson');
  const lines = [70_000, 3, 200_000].map((length, at) => String(at).repeat(length));
  await writeFile(path, lines.join('\n'));
  await using file = await openFileMessages({ path, keyField: undefined, headers: {} });
  expect((await file.take(10)).map(({ value }) => String(value))).toEqual(lines);
});

it('says which file can’t be read', async () => {
  const opening = openFileMessages({ path: 'no/such.ndjson', keyField: undefined, headers: {} });
  await expect(opening).rejects.toMatchObject({ code: 'USAGE_INVALID', message: expect.stringContaining('no/such') });
});
