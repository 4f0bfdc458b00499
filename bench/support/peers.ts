import * as bento from '../peers/bento.ts';
import * as franzGo from '../peers/franz-go.ts';
import * as duckdb from '../peers/json/duckdb.ts';
import * as parquetjs from '../peers/json/parquetjs-lite.ts';
import * as polars from '../peers/json/polars.ts';
import * as pyarrow from '../peers/json/pyarrow.ts';
import * as kafkajs from '../peers/kafkajs-receive.ts';
import * as spark from '../peers/spark.ts';
import type { JsonPeer } from './json-peer.ts';
import type { KafkaPeer } from './kafka-peer.ts';

/** Loads peers by their file's name; if a file exports several, the export's name follows: `duckdb-inferred`. */
export interface Named<Peer> {
  readonly id: string;
  readonly peer: Peer;
}

export const kafkaPeers: readonly Named<KafkaPeer>[] = [
  ...named('kafkajs-receive', kafkajs),
  ...named('franz-go', franzGo),
  ...named('bento', bento),
  ...named('spark', spark),
];

export const jsonPeers: readonly Named<JsonPeer>[] = [
  ...named('duckdb', duckdb),
  ...named('parquetjs-lite', parquetjs),
  ...named('polars', polars),
  ...named('pyarrow', pyarrow),
];

function named<Peer>(file: string, module: Readonly<Record<string, Peer>>): Named<Peer>[] {
  const exported = Object.entries(module);
  return exported.map(([name, peer]) => ({ id: exported.length === 1 ? file : `${file}-${kebab(name)}`, peer }));
}

function kebab(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
