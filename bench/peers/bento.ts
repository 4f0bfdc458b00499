import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Columns, ColumnType } from '../kinds/columns.ts';
import type { KafkaPeer } from '../support/kafka-peer.ts';
import { buildGoProgram, goProgramEnvironment, goProgramPath } from './go-program.ts';

// the newest release on the Go module proxy; `go install` of its command fails there, since it asks for a list of versions
const version = '1.10.0';

const types = {
  string: 'UTF8',
  json: 'UTF8',
  timestamp: 'UTF8',
  double: 'DOUBLE',
  bigint: 'INT64',
  boolean: 'BOOLEAN',
} as const;

/** Bento, the MIT fork of the engine of Redpanda Connect. */
export const bento: KafkaPeer = {
  name: `Bento ${version}`,
  settings: [
    'built by Go with the components that its pipeline names; all cores, as by default',
    'kafka_franz with a consumer group, batches of 50,000 records of a partition, or of 1 s when there are no more; checkpoint_limit 200,000',
    'parquet_encode, zstd, one file for each batch, not partitioned; the schema is given; times stay text, for this version has no timestamps; values of several types are made strings by a mapping',
    'ends with the record that completes the count, without an idle time',
  ],
  provide: () => buildGoProgram({ name: 'bento', what: `Bento ${version}`, stamp: version }),
  invocation: (job) => {
    const output = join(job.folder, 'table');
    const resources = join(job.folder, 'resources.json');
    mkdirSync(output);
    writeFileSync(resources, JSON.stringify(resourcesOf(job.kind.columns)));
    return {
      command: goProgramPath('bento'),
      args: ['-r', resources, '-c', join(import.meta.dirname, 'bento.yaml')],
      // a new group begins at the earliest offset
      env: { ...goProgramEnvironment(job), OUTPUT: output, GROUP: `bento-${randomUUID()}` },
      output,
    };
  },
};

interface Field {
  readonly name: string;
  readonly type?: string;
  readonly optional?: boolean;
  readonly fields?: readonly Field[];
}

/** The processors that `bento.yaml` names. */
function resourcesOf(columns: Columns): unknown {
  const mixed = Object.keys(columns).filter((name) => columns[name] === 'json');
  const lines = mixed.map((name) => `root.${name} = this.${name}.string().catch(deleted())`);
  const schema = fieldsOf(columns);
  const encode = { label: 'encode', parquet_encode: { default_compression: 'zstd', schema } };
  const strings = { label: 'strings', mapping: ['root = this', ...lines].join('\n') };
  return { processor_resources: [mixed.length === 0 ? { label: 'strings', noop: {} } : strings, encode] };
}

function fieldOf(name: string, type: ColumnType): Field {
  if (typeof type === 'string') return { name, type: types[type], optional: true };
  if ('elements' in type) return { name, type: 'LIST', fields: [elementOf(type.elements)] };
  return { name, optional: true, fields: fieldsOf(type.fields) };
}

function elementOf(type: ColumnType): Field {
  const { optional: _, ...element } = fieldOf('element', type);
  return element;
}

function fieldsOf(columns: Columns): Field[] {
  return Object.entries(columns).map(([name, type]) => fieldOf(name, type));
}
