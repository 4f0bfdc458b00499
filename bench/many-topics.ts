/**
 * Measures a consumer of very many small topics: `node bench/many-topics.ts [topics] [records of each]`. A broker of its own, one
 * partition for each topic, everything else as it comes. Prints a line of JSON.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createKafkaClient } from '../src/kafka/kafkajs/client.ts';
import { TlsIdentity } from '../src/kafka/kafkajs/tls-identity.ts';
import { withAdmin } from '../src/kafka/kafkajs/admin.ts';
import { startBroker } from '../src/devstack/broker.ts';

const [topicCount = 300, recordCount = 1000] = process.argv.slice(2).map(Number);
const idleMs = 60_000;

const topics = Array.from({ length: topicCount }, (_, index) => `ward.${String(index).padStart(4, '0')}`);
const broker = await startBroker({ forLoad: true });
const lake = await mkdtemp(join(tmpdir(), 'glueless-topics-'));
const { admin } = broker;
const kafka = createKafkaClient({
  brokers: broker.bootstrap.split(','),
  clientId: 'bench',
  identity: new TlsIdentity(admin),
  retries: 5,
  unpackedBytesMax: 100_000_000,
});
try {
  await withAdmin(kafka, 'topics', (client) =>
    client.createTopics({ waitForLeaders: true, topics: topics.map((topic) => ({ topic, numPartitions: 1 })) }),
  );
  await publish();
  process.stdout.write(
    `${JSON.stringify({ topics: topicCount, records: topicCount * recordCount, ...(await consume()) })}\n`,
  );
} finally {
  await broker.stop();
  await rm(lake, { recursive: true });
}
process.exit();

async function publish(): Promise<void> {
  const producer = kafka.kafkajs.producer();
  await producer.connect();
  for (const topic of topics) {
    const messages = Array.from({ length: recordCount }, (_, index) => ({
      value: JSON.stringify({
        deviceId: `${topic}-${index % 20}`,
        patientId: `patient-${index % 50}`,
        temperature: 36 + (index % 20) / 10,
        eventTime: new Date(Date.now() - index * 1000).toISOString(),
      }),
    }));
    await producer.send({ topic, messages });
  }
  await producer.disconnect();
}

/** Runs the service until all is written and for a while without work, as a container does. */
async function consume() {
  const { PATH, HOME } = process.env;
  const child = spawn('bin/glueless.js', ['consume'], {
    env: {
      PATH,
      HOME,
      KAFKA_BROKERS: broker.bootstrap,
      KAFKA_TLS_CA: admin.ca,
      KAFKA_TLS_CERT: admin.cert,
      KAFKA_TLS_KEY: admin.key,
      KAFKA_TOPIC_PATTERN: 'ward\\..*',
      LAKE: lake,
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = once(child, 'exit');
  const startMs = performance.now();
  let log = '';
  let committed = 0;
  const done = Promise.withResolvers<void>();
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log += text;
    const lines = log.split('\n');
    log = lines.pop() ?? '';
    for (const line of lines.filter((each) => each.includes('"batch committed"')))
      committed += Number(JSON.parse(line).rows);
    if (committed >= topicCount * recordCount) done.resolve();
  });
  await Promise.race([done.promise, ended.then(() => Promise.reject(new Error(`the consumer ended: ${log}`)))]);
  const tookMs = Math.round(performance.now() - startMs);
  const peakAtWorkMb = await memoryOf(child.pid, 'VmHWM');
  const cpuBefore = await cpuSecondsOf(child.pid);
  await new Promise((resolve) => setTimeout(resolve, idleMs));
  const idleCpuShare = ((await cpuSecondsOf(child.pid)) - cpuBefore) / (idleMs / 1000);
  const peakMb = await memoryOf(child.pid, 'VmHWM');
  const idleMb = await memoryOf(child.pid, 'VmRSS');
  child.kill('SIGTERM');
  await ended;
  return { committed, tookMs, peakAtWorkMb, peakMb, idleMb, idleCpuShare: Number(idleCpuShare.toFixed(3)) };
}

async function memoryOf(pid: number | undefined, name: string): Promise<number> {
  const [, kiB = '0'] = new RegExp(`${name}:\\s+(\\d+)`).exec(await readFile(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Math.round((Number(kiB) * 1024) / 1e6);
}

async function cpuSecondsOf(pid: number | undefined): Promise<number> {
  const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
