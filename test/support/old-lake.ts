import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Attack } from './attack.ts';
import type { KnownRecord } from './count-lake.ts';

const fixture = resolve(import.meta.dirname, '../fixtures/lake-of-format-1');
const oldTopic = 'readings-of-format-1';
const oldTimestampMs = Date.parse('2026-11-23T11:15:00Z');

/** A copy of the lake that the version before format 2 left, and a topic with the records it was written from. */
export async function openOldLake(): Promise<Attack> {
  const attack = await Attack.open({ partitions: 2, table: 'readings' });
  attack.records = JSON.parse(await readFile(join(fixture, 'records.json'), 'utf8'));
  for (const partition of [0, 1]) {
    const values = attack.records.filter(([of]) => of === partition).map(([, , value]: KnownRecord) => value);
    await attack.appendValues(values, { partition, timestampMs: oldTimestampMs });
  }
  const lake = join(fixture, 'lake');
  for (const entry of await readdir(lake, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const source = join(entry.parentPath, entry.name);
    await copyFile(source, join(attack.folder, source.slice(lake.length).replaceAll(oldTopic, attack.topic)), attack);
  }
  return attack;
}

/** Copies a file; JSON gets the root and topic of the copy. */
async function copyFile(source: string, target: string, { folder, topic }: Attack): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  if (source.endsWith('.parquet')) return cp(source, target);
  const text = await readFile(source, 'utf8');
  await writeFile(target, text.replaceAll('file:///LAKE', pathToFileURL(folder).href).replaceAll(oldTopic, topic));
}
