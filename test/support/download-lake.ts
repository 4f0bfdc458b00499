import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { inject } from 'vitest';
import { temporaryFolder } from './lake.ts';

/** Copies a lake from the emulator's S3 into a folder by plain HTTP. */
export async function downloadLake(lake: string): Promise<string> {
  const [, bucket = '', prefix = ''] = /^s3:\/\/([^/]+)\/(.*)$/.exec(lake) ?? [];
  const bucketUrl = `${inject('stack').aws.endpoint}/${bucket}`;
  const folder = await temporaryFolder();
  for (const key of await listKeys(bucketUrl, `${prefix}/`)) {
    const answer = await fetch(`${bucketUrl}/${key.split('/').map(encodeURIComponent).join('/')}`);
    if (!answer.ok) throw new Error(`${key}: ${answer.status}`);
    const path = join(folder, key.slice(prefix.length + 1));
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, Buffer.from(await answer.arrayBuffer()));
  }
  return folder;
}

async function listKeys(bucketUrl: string, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for (;;) {
    const query = new URLSearchParams({ 'list-type': '2', prefix, 'start-after': keys.at(-1) ?? '' });
    const found = [
      ...(await (await fetch(`${bucketUrl}?${query.toString()}`)).text()).matchAll(/<Key>([^<]+)<\/Key>/g),
    ];
    if (found.length === 0) return keys;
    keys.push(...found.map(([, key = '']) => key));
  }
}
