import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readdir, readFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { Draw } from './draw.ts';
import type { RecordKind } from './kind.ts';

/** A file of records, a JSON object a line. */
export interface RecordFile {
  readonly records: number;
  readonly path: string;
  readonly bytes: number;
}

const blockCharacters = 65_536;
/** Start of the events, the same in every run. */
export const startMs = Date.parse('2026-11-23T00:00:00Z');

const folder = join('.cache', 'bench', 'kinds');

/** Writes `records` of a kind, once for each seed and version of the generators. The file is in the system's cache then: whoever reads it first does not pay for the disk. */
export async function recordFile(kind: RecordKind, records: number, seed: number): Promise<RecordFile> {
  const path = join(folder, `${kind.name}-${records}-${seed}-${await generatorsHash()}.ndjson`);
  const size = (): Promise<number | undefined> =>
    stat(path).then(
      (found) => found.size,
      () => undefined,
    );
  if ((await size()) === undefined) await writeRecords(path, linesOf(kind, records, seed));
  await readThrough(path);
  return { path, records, bytes: (await size()) ?? Number.NaN };
}

async function readThrough(path: string): Promise<void> {
  for await (const _ of createReadStream(path));
}

function* linesOf(kind: RecordKind, records: number, seed: number): Generator<string> {
  for (let index = 0; index < records; index++) yield `${kind.textAt(new Draw(seed, index), index, startMs)}\n`;
}

async function writeRecords(path: string, lines: Iterable<string>): Promise<void> {
  await mkdir(folder, { recursive: true });
  const stream = createWriteStream(`${path}.part`);
  let block = '';
  for (const line of lines) {
    block += line;
    if (block.length < blockCharacters) continue;
    if (!stream.write(block)) await once(stream, 'drain');
    block = '';
  }
  stream.end(block);
  await finished(stream);
  await rename(`${path}.part`, path);
}

/** What records are made by: the kinds, the series of the growth workloads, and the simulator's random numbers and times. */
const generators = ['.', '../growth', '../../src/producer'].map((path) => join(import.meta.dirname, path));

/** Changes with the generators, so that no stale file is measured. */
async function generatorsHash(): Promise<string> {
  const hash = createHash('sha256');
  for (const generator of generators)
    for (const name of (await readdir(generator, { recursive: true }))
      .filter((each) => each.endsWith('.ts'))
      .toSorted())
      hash.update(await readFile(join(generator, name)));
  return hash.digest('hex').slice(0, 8);
}
