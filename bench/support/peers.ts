import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { JsonPeer } from './json-peer.ts';
import type { KafkaPeer } from './kafka-peer.ts';

/** A peer under the name of its file; when the file exports several, with the export's name behind it: `duckdb-inferred`. */
export interface Named<Peer> {
  readonly id: string;
  readonly peer: Peer;
}

const root = join(import.meta.dirname, '..', 'peers');

/** What `bench/peers/*.ts` exports: a peer is there by being a file. */
export function loadKafkaPeers(): Promise<Named<KafkaPeer>[]> {
  return load(root, isKafkaPeer);
}

/** What `bench/peers/json/*.ts` exports. */
export function loadJsonPeers(): Promise<Named<JsonPeer>[]> {
  return load(join(root, 'json'), isPeer);
}

async function load<Peer>(folder: string, isOne: (value: unknown) => value is Peer): Promise<Named<Peer>[]> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.ts')).sort();
  const found: Named<Peer>[] = [];
  for (const file of files) {
    const exported: object = await import(pathToFileURL(join(folder, file)).href);
    const peers = Object.entries(exported).filter((entry): entry is [string, Peer] => isOne(entry[1]));
    const stem = basename(file, '.ts');
    for (const [name, peer] of peers) found.push({ id: peers.length === 1 ? stem : `${stem}-${kebab(name)}`, peer });
  }
  return found;
}

function kebab(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function isPeer(value: unknown): value is JsonPeer {
  return typeof value === 'object' && value !== null && 'provide' in value && 'invocation' in value;
}

function isKafkaPeer(value: unknown): value is KafkaPeer {
  return isPeer(value) && 'shapes' in value;
}
