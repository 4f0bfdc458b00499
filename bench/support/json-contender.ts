import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { RecordKind } from '../kinds/kind.ts';
import type { RecordFile } from '../kinds/record-file.ts';
import type { JsonPeer } from './json-peer.ts';
import { measureProcess } from './measure.ts';
import { checkParquet } from './parquet-output.ts';
import type { Contender } from './rounds.ts';

export interface JsonCase {
  readonly id: string;
  /** Left out: the peer's. */
  readonly name?: string;
  readonly peer: JsonPeer;
  readonly kind: RecordKind;
  readonly file: RecordFile;
  /** Folder that it may use. */
  readonly folder: string;
}

/** Converts a file of records and checks that every record has become a row. */
export function jsonContender({ id, name, peer, kind, file, folder }: JsonCase): Contender {
  const { records } = file;
  const { eventTimeField: timestamp } = kind;
  return {
    id,
    name: name ?? peer.name,
    settings: peer.settings,
    records,
    jsonBytes: file.bytes,
    provide: () => peer.provide(),
    run: async () => {
      const output = join(folder, id);
      await rm(output, { recursive: true, force: true });
      await mkdir(output, { recursive: true });
      const cost = await measureProcess(peer.invocation({ kind, file: file.path, folder: output }));
      const outputBytes = await checkParquet(output, { records, ...(timestamp !== undefined && { timestamp }) });
      return { ...cost, figures: { outputBytes } };
    },
  };
}
