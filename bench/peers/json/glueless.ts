import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Recipe } from '../../../src/consumer/ledger/entry/recipe.ts';
import { builtContender } from '../../support/built.ts';
import type { RecordKind } from '../../kinds/kind.ts';
import { plainEnvironment } from '../../support/glueless.ts';
import type { JsonPeer } from '../../support/json-peer.ts';
import { hintsOf } from './hints.ts';

/** Settings of malloc, and options of Node, in the installed command's first line. */
const [firstLine = ''] = readFileSync(join('bin', 'glueless.js'), 'utf8').split('\n');
const nodeFlags = firstLine.match(/--\S+/gv) ?? [];
const malloc = Object.fromEntries(
  [...firstLine.matchAll(/(MALLOC_\w+)=(\S+)/gv)].map(([, name = '', value]) => [name, value]),
);

/** Settings of the schema other than the defaults. */
export interface SchemaSettings {
  readonly columnsMax?: number;
  readonly depthMax?: number;
  readonly numbers?: Recipe['numbers'];
}

const about =
  'decode, infer, settle, plan and encode by the classes of the service: batches of 100,000 rows or 32 MiB, a file each, zstd; lines are found by a compiled loop, the catalog is in memory';

/** The service's way from records to Parquet, without Kafka. */
export function gluelessJson(schema: SchemaSettings = {}): JsonPeer {
  return converterBy(() => schema);
}

/** With integers in columns of their own, where DuckDB has them too. */
export const gluelessSplit: JsonPeer = {
  ...gluelessJson({ numbers: 'split' }),
  name: 'glueless, SCHEMA_NUMBERS=split',
};

/** With the columns that other programs are given, too. */
export const gluelessHinted: JsonPeer = {
  ...converterBy(({ columns }) => ({ hints: hintsOf(columns) })),
  name: 'glueless, SCHEMA_HINTS',
};

function converterBy(settingsFor: (kind: RecordKind) => Partial<Recipe>): JsonPeer {
  return {
    name: 'glueless, without Kafka',
    settings: [about],
    provide: async () => {},
    invocation: ({ kind, file, folder }) => ({
      command: process.execPath,
      args: [...nodeFlags, builtContender('glueless-json'), file, folder, JSON.stringify(settingsFor(kind))],
      // as the installed command does
      env: { ...plainEnvironment(), ...malloc, NODE_COMPILE_CACHE: join('.cache', 'bench', 'compiled') },
    }),
  };
}
