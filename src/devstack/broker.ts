import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { provideBrokerJars } from './broker-jars.ts';
import { cacheFolder, onceIn } from './cache.ts';
import { freePort, startChild, untilListening, type Child } from './child.ts';
import { createAuthority, type Authority, type IssuedCertificate } from '../pki/authority.ts';

const run = promisify(execFile);

const clusterId = 'MkU3OEVBNTcwNTJENDM2Qg';
const readyTimeoutMs = 90_000;

export interface BrokerOptions {
  /** Number of brokers; each is a controller too. */
  readonly nodes?: number;
  /** Deny what no ACL allows; `CN=admin` may do everything. */
  readonly acls?: boolean;
  /** Give the broker the whole compiler, more memory and threads, so that clients can be measured. Starts slower. */
  readonly forLoad?: boolean;
  /** Add a listener over TLS that asks for SASL; `properties` say which mechanisms and users it takes. */
  readonly sasl?: boolean;
  /** Folder of classes that `properties` name. */
  readonly classes?: string;
  readonly properties?: Readonly<Record<string, string>>;
  readonly authority?: Authority;
}

/** A real Apache Kafka whose only listener for clients asks for a certificate. */
export interface Broker {
  /** Bootstrap brokers, `localhost:port`, comma-separated. */
  readonly bootstrap: string;
  readonly authority: Authority;
  /** The first node's listener without TLS, on loopback: shows what happens to a client that meets one. */
  readonly plaintext: string;
  /** The first node's listener for SASL, if it was asked for. */
  readonly sasl: string;
  /** A client certificate of `CN=admin`. */
  readonly admin: IssuedCertificate;
  readonly logFiles: readonly string[];
  /** Where each node keeps its partitions' logs: for showing what a bad disk does. */
  readonly dataFolders: readonly string[];
  kill(signal: NodeJS.Signals, node?: number): Promise<void>;
  /** Starts a node that was killed or stopped, on the same port and data. */
  start(node?: number): Promise<void>;
  stop(): Promise<void>;
}

/** Starts one broker or a cluster on free ports of this machine, with everything it needs from Maven Central. */
export async function startBroker(options: BrokerOptions = {}): Promise<Broker> {
  const classpath = await provideClasspath(options);
  const folder = await mkdtemp(join(tmpdir(), 'glueless-kafka-'));
  const authority = options.authority ?? (await createAuthority('Glueless devstack'));
  const server = await authority.issue({ commonName: 'broker', hosts: ['localhost', '127.0.0.1'] });
  await writeFile(join(folder, 'server.pem'), server.key + '\n' + server.cert + '\n' + server.ca, { mode: 0o600 });
  await writeFile(join(folder, 'ca.pem'), authority.certificatePem);

  const ports = await Promise.all(Array.from({ length: (options.nodes ?? 1) * portsPerNode }, () => freePort()));
  const nodes = Array.from({ length: options.nodes ?? 1 }, (_, index) => nodeOf(index, ports, folder));
  for (const node of nodes) await prepare(node, nodes, { folder, classpath, options });

  const children = new Map<number, Child>();
  const start = async (index: number): Promise<void> => {
    const node = nodes[index];
    if (node === undefined) throw new RangeError(`no node ${index}`);
    const child = startChild('java', jvmArguments(classpath, node, options.forLoad ?? false), {
      logFile: node.logFile,
    });
    children.set(index, child);
    await untilListening(node.tlsPort, child, {
      name: 'Apache Kafka',
      logFile: node.logFile,
      timeoutMs: readyTimeoutMs,
    });
  };
  await Promise.all(nodes.map((_, index) => start(index)));
  return {
    bootstrap: nodes.map(({ tlsPort }) => `localhost:${tlsPort}`).join(','),
    authority,
    plaintext: `localhost:${nodes[0]?.plainPort}`,
    sasl: `localhost:${nodes[0]?.saslPort}`,
    admin: await authority.issue({ commonName: 'admin' }),
    logFiles: nodes.map(({ logFile }) => logFile),
    dataFolders: nodes.map(({ data }) => data),
    kill: async (signal, node = 0) => {
      const child = children.get(node);
      if (child === undefined) return;
      child.process.kill(signal);
      if (signal === 'SIGKILL' || signal === 'SIGTERM') await child.stop(15_000);
    },
    start: (node = 0) => start(node),
    stop: async () => {
      await Promise.all([...children.values()].map((child) => child.stop(1000)));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** TLS, plaintext, controller and SASL. */
const portsPerNode = 4;

interface Node {
  readonly id: number;
  readonly tlsPort: number;
  readonly plainPort: number;
  readonly controllerPort: number;
  readonly saslPort: number;
  readonly data: string;
  readonly properties: string;
  readonly logFile: string;
}

function nodeOf(index: number, ports: readonly number[], folder: string): Node {
  const id = index + 1;
  const first = index * portsPerNode;
  const [tlsPort = 0, plainPort = 0, controllerPort = 0, saslPort = 0] = ports.slice(first, first + portsPerNode);
  const home = join(folder, `node-${id}`);
  return {
    id,
    tlsPort,
    plainPort,
    controllerPort,
    saslPort,
    data: join(home, 'data'),
    properties: join(home, 'server.properties'),
    logFile: join(home, 'broker.log'),
  };
}

interface Setup {
  readonly folder: string;
  readonly classpath: string;
  readonly options: BrokerOptions;
}

async function prepare(node: Node, nodes: readonly Node[], { folder, classpath, options }: Setup): Promise<void> {
  await mkdir(node.data, { recursive: true });
  const settings = {
    ...baseProperties(node, nodes, folder),
    ...listeners(node, options.sasl ?? false),
    ...(options.acls === true ? aclProperties : {}),
    ...(options.forLoad === true ? loadProperties : {}),
    ...options.properties,
  };
  const lines = (logDir: string): string =>
    Object.entries({ ...settings, 'log.dirs': logDir })
      .map(([name, value]) => `${name}=${value}`)
      .join('\n');
  await writeFile(node.properties, lines(node.data));
  // formatting costs a JVM start and makes the same files each time: it is done once
  const template = cacheFolder('broker', `formatted-${node.id}`);
  await onceIn(template, 'v1', async () => {
    const properties = join(folder, `format-${node.id}.properties`);
    await writeFile(properties, lines(join(template, 'data')));
    await run('java', ['-cp', classpath, 'kafka.tools.StorageTool', 'format', '-t', clusterId, '-c', properties]);
  });
  await cp(join(template, 'data'), node.data, { recursive: true });
}

function baseProperties(node: Node, nodes: readonly Node[], folder: string): Record<string, string> {
  const replicas = String(Math.min(3, nodes.length));
  return {
    'process.roles': 'broker,controller',
    'node.id': String(node.id),
    'controller.quorum.voters': nodes.map(({ id, controllerPort }) => `${id}@127.0.0.1:${controllerPort}`).join(','),
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAIN',
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': join(folder, 'server.pem'),
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.location': join(folder, 'ca.pem'),
    'listener.name.mtls.ssl.client.auth': 'required',
    'num.network.threads': '2',
    'num.io.threads': '2',
    'background.threads': '2',
    'offsets.topic.num.partitions': '1',
    'offsets.topic.replication.factor': replicas,
    'transaction.state.log.num.partitions': '1',
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.min.isr': '1',
    'share.coordinator.state.topic.num.partitions': '1',
    'share.coordinator.state.topic.replication.factor': replicas,
    'share.coordinator.state.topic.min.isr': '1',
    'group.initial.rebalance.delay.ms': '0',
    'log.cleaner.dedupe.buffer.size': '4194304',
    'log.index.size.max.bytes': '1048576',
    'controlled.shutdown.enable': 'false',
    'auto.create.topics.enable': 'false',
    // records may have any times, also ones that the usual week of retention has passed: it would drop them at the next look, in minutes
    'log.retention.ms': '-1',
  };
}

/** Where a node listens, and where it says that it does. */
function listeners(node: Node, withSasl: boolean): Record<string, string> {
  const open: readonly (readonly [name: string, port: number, protocol: string])[] = [
    ['MTLS', node.tlsPort, 'SSL'],
    ['PLAIN', node.plainPort, 'PLAINTEXT'],
    ...(withSasl ? ([['SASL', node.saslPort, 'SASL_SSL']] as const) : []),
  ];
  const controller = [['CONTROLLER', node.controllerPort, 'PLAINTEXT']] as const;
  return {
    listeners: [...open, ...controller].map(([name, port]) => `${name}://127.0.0.1:${port}`).join(','),
    'advertised.listeners': open.map(([name, port]) => `${name}://localhost:${port}`).join(','),
    'listener.security.protocol.map': [...open, ...controller].map(([name, , kind]) => `${name}:${kind}`).join(','),
  };
}

const aclProperties = {
  'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
  'allow.everyone.if.no.acl.found': 'false',
  // the listener without TLS, on loopback only, is for traffic between brokers
  'super.users': 'User:CN=admin;User:CN=broker;User:ANONYMOUS',
};

const loadProperties = {
  'num.network.threads': '4',
  'num.io.threads': '4',
  'socket.send.buffer.bytes': '1048576',
  'socket.receive.buffer.bytes': '1048576',
};

function jvmArguments(classpath: string, node: Node, forLoad: boolean): string[] {
  return [
    '-XX:+UseSerialGC',
    ...(forLoad ? ['-Xms1g', '-Xmx1g'] : ['-XX:TieredStopAtLevel=1', '-Xms64m', '-Xmx384m']),
    '-Xshare:auto',
    '-Djava.net.preferIPv4Stack=true',
    '-Djava.awt.headless=true',
    '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
    '-cp',
    classpath,
    'kafka.Kafka',
    node.properties,
  ];
}

async function provideClasspath({ classes }: BrokerOptions): Promise<string> {
  const jars = await provideBrokerJars();
  return classes === undefined ? jars : `${jars}:${classes}`;
}
