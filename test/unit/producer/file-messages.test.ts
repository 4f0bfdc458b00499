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
    { key: 'a', value: '{"id":"a","n":1}', headers },
    { key: '7', value: '{"id":7}', headers },
  ]);
  expect(await file.take(10)).toEqual([
    { key: undefined, value: '{"n":3}', headers },
    { key: undefined, value: 'no JSON', headers },
    { key: '{"x":1}', value: '{"id":{"x":1}}', headers },
  ]);
  expect(await file.take(10)).toEqual([]);
});

it('says which file can’t be read', async () => {
  const opening = openFileMessages({ path: 'no/such.ndjson', keyField: undefined, headers: {} });
  await expect(opening).rejects.toMatchObject({ code: 'USAGE_INVALID', message: expect.stringContaining('no/such') });
});
