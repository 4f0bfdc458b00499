import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as duckdb from '../peers/json/duckdb.ts';
import * as parquetjs from '../peers/json/parquetjs-lite.ts';
import * as polars from '../peers/json/polars.ts';
import * as pyarrow from '../peers/json/pyarrow.ts';
import type { JsonPeer } from './json-peer.ts';
import type { KafkaPeer } from './kafka-peer.ts';

/** A peer under the name of its file; when the file exports several, with the export's name behind it: `duckdb-inferred`. */
export interface Named<Peer> {
  readonly id: string;
  readonly peer: Peer;
}

const folder = join(import.meta.dirname, '..', 'peers');
const kafkaFiles = ['kafkajs-receive', 'franz-go', 'bento', 'spark'];

export const jsonPeers: readonly Named<JsonPeer>[] = [
  ...named('duckdb', Object.entries(duckdb)),
  ...named('parquetjs-lite', Object.entries(parquetjs)),
  ...named('polars', Object.entries(polars)),
  ...named('pyarrow', Object.entries(pyarrow)),
];

/** What the files of `bench/peers` export, as far as they are there. */
export async function loadKafkaPeers(): Promise<Named<KafkaPeer>[]> {
  const found: Named<KafkaPeer>[] = [];
  for (const file of kafkaFiles) {
    const path = join(folder, `${file}.ts`);
    if (!existsSync(path)) continue;
    const exported: object = await import(pathToFileURL(path).href);
    found.push(...named(file, Object.entries(exported).filter(isKafkaPeer)));
  }
  return found;
}

function named<Peer>(file: string, exported: readonly (readonly [string, Peer])[]): Named<Peer>[] {
  return exported.map(([name, peer]) => ({ id: exported.length === 1 ? file : `${file}-${kebab(name)}`, peer }));
}

function kebab(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function isKafkaPeer(entry: [string, unknown]): entry is [string, KafkaPeer] {
  const [, value] = entry;
  return typeof value === 'object' && value !== null && 'shapes' in value && 'invocation' in value;
}
