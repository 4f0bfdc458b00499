import { resolve } from 'node:path';
import type { LoadBroker } from './load-broker.ts';
import type { Command } from './measure.ts';

/** The command as it is installed: its first line says how Node is started. */
const script = resolve('bin', 'glueless.js');

export interface GluelessOptions {
  readonly broker: LoadBroker;
  readonly topic: string;
  /** Folder of the lake; a command that writes none leaves it out. */
  readonly lake?: string;
  readonly group?: string;
  readonly settings?: Readonly<Record<string, string>>;
  /** Another file for Node to run: what the container runs, for one. */
  readonly entry?: string;
}

/** `glueless <args>` with its defaults, beside what it can't do without and `settings`. */
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

/** Nothing of the shell's that could set the contender in another way, such as NODE_OPTIONS or the service's own variables. */
export function plainEnvironment(): NodeJS.ProcessEnv {
  const names = ['PATH', 'HOME', 'LANG', 'TMPDIR', 'JAVA_HOME'];
  return Object.fromEntries(
    names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
}

/** Where the service puts the table of a topic that is named in lower case, digits and dashes. */
export function tableOf(topic: string): string {
  return topic.replaceAll('-', '_');
}
