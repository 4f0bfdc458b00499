import { resolve } from 'node:path';
import type { RecordKind } from '../kinds/kind.ts';
import type { LoadBroker } from './load-broker.ts';
import type { Command } from './measure.ts';

/** The installed command: its first line says how Node is started. */
const script = resolve('bin', 'glueless.js');

export interface GluelessOptions {
  readonly broker: LoadBroker;
  readonly topic: string;
  /** Folder of the lake; left out for a command that writes no lake. */
  readonly lake?: string;
  readonly group?: string;
  readonly settings?: Readonly<Record<string, string>>;
  /** Another file that Node runs, for example the one that the container runs. */
  readonly entry?: string;
}

/** The command `glueless <args>` with its defaults, except for what it requires and `settings`. */
export function glueless(args: readonly string[], options: GluelessOptions): Command {
  const { broker, topic, lake, group, settings = {}, entry } = options;
  return {
    command: entry === undefined ? script : process.execPath,
    args: entry === undefined ? args : [entry, ...args],
    env: {
      ...plainEnvironment(),
      KAFKA_BROKERS: broker.bootstrap,
      KAFKA_TLS_CA_FILE: broker.files.ca,
      KAFKA_TLS_CERT_FILE: broker.files.cert,
      KAFKA_TLS_KEY_FILE: broker.files.key,
      KAFKA_TOPIC: topic,
      ...(lake !== undefined && { LAKE: lake }),
      ...(group !== undefined && { KAFKA_GROUP_ID: group }),
      ...settings,
    },
  };
}

/** An environment without variables of the shell that could change the contender, such as NODE_OPTIONS or the service's own. */
export function plainEnvironment(): NodeJS.ProcessEnv {
  const names = ['PATH', 'HOME', 'LANG', 'TMPDIR', 'JAVA_HOME'];
  return Object.fromEntries(
    names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
}

/** Folder of the table of a topic whose name has only lower-case letters, digits and dashes. */
export function tableOf(topic: string): string {
  return topic.replaceAll('-', '_');
}

/** Column of a table that tells when its records were made. */
export function timestampOf({ eventTimeField }: RecordKind): string {
  return eventTimeField?.toLowerCase() ?? 'kafka_timestamp';
}
