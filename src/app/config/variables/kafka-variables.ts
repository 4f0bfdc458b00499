import { parseIsoTime } from '../../../runtime/iso-time.ts';
import { choice, decimal, file, integer, password, pem, text, variable } from './variable-kinds.ts';

const kafka = 'Kafka';
const tls = 'Mutual TLS';
const sasl = 'SASL and IAM';

/** Values of KAFKA_AUTH. */
export const waysIn = ['tls', 'scram', 'iam', 'plain'] as const;

/** Where records come from, and who we are there. */
export const kafkaVariables = {
  KAFKA_BROKERS: variable(
    { group: kafka, about: 'Bootstrap brokers', expected: 'host:port, several separated by commas' },
    (value) => {
      const brokers = value.split(',').map((each) => each.trim());
      if (brokers.some((each) => /^\[[0-9a-fA-F:.]+\]:\d+$/.test(each)))
        throw new RangeError(
          `expected host:port, got ${JSON.stringify(value)}: give a host name instead of an IPv6 address, which the Kafka client takes for another port`,
        );
      return brokers.every((each) => /^[^\s:@/]+:\d{1,5}$/.test(each)) ? brokers : undefined;
    },
  ).optional(),
  KAFKA_TOPIC: variable(
    {
      group: kafka,
      about: 'Topic to publish to and to read from',
      expected: 'letters, digits, dots, - and _, 200 at most',
    },
    (value) => (isTopicName(value) ? value : undefined),
  ).prefault('thermometer'),
  KAFKA_TOPICS: variable(
    {
      group: kafka,
      about:
        'Several topics to read in one process, instead of KAFKA_TOPIC: each into a table of its own, or all into one (LAKE_TABLE). One that is missing is waited for',
      expected: 'names of topics, separated by commas',
    },
    readTopics,
  ).optional(),
  KAFKA_TOPIC_PATTERN: variable(
    {
      group: kafka,
      about:
        'Regular expression that the whole names of the topics to read match, like readings\\..*; topics that are made later are read within KAFKA_METADATA_SECONDS',
      expected: 'a regular expression',
    },
    readPattern,
  ).optional(),
  KAFKA_GROUP_ID: text({
    group: kafka,
    about:
      'Consumer group: one for each table; default: glueless, with several topics glueless- and a hash of their names or the pattern',
  }).optional(),
  KAFKA_CLIENT_ID: text({ group: kafka, about: 'Name of this client in the broker’s logs' }).prefault('glueless'),
  KAFKA_AUTH: choice(waysIn, {
    group: kafka,
    about:
      'How this client says who it is: a client certificate (tls), SASL/SCRAM-SHA-512 (scram), MSK’s access by IAM (iam) or SASL/PLAIN (plain)',
  }).prefault('tls'),
  KAFKA_TLS: choice(['on', 'off'], {
    group: kafka,
    about:
      'off: connections without TLS, for a broker on this machine. Records and passwords can be read and changed on the way, and nobody checks who the broker is: every command warns of it',
  }).prefault('on'),
  KAFKA_SESSION_TIMEOUT_SECONDS: integer(6, 300, {
    group: kafka,
    about: 'Consumer session timeout: a member that sends no heartbeat for this long loses its partitions',
  }).prefault('30'),
  KAFKA_METADATA_SECONDS: integer(1, 3600, {
    group: kafka,
    about: 'How often the list of partitions and their leaders is asked for: new partitions are read within this time',
  }).prefault('60'),
  START: variable(
    {
      group: kafka,
      about:
        'Where a topic is begun that the ledger does not know: its first record, behind its last one, or the first record at or after a time. Decided once and recorded in the ledger; topics that are made while the service runs or waits for them, and partitions that are added later, begin with their first record under latest, too',
      expected: 'earliest, latest or a time like 2026-11-01T00:00:00Z',
    },
    readStart,
  ).prefault('earliest'),
  KAFKA_FETCH_BYTES_MAX: integer(10_000, 100_000_000, {
    group: kafka,
    about: 'Most bytes fetched per partition and request',
  }).prefault('1048576'),
  KAFKA_UNPACKED_BYTES_MAX: integer(1_000_000, 2_000_000_000, {
    group: kafka,
    about:
      'Most bytes that a compressed record batch may unpack to; a larger one ends in RECORDS_UNREADABLE instead of filling the memory',
  }).prefault('134217728'),

  KAFKA_TLS_CA: pem({
    group: tls,
    about: 'Certificate authorities that sign the brokers’ certificates; default: the system’s',
  }).optional(),
  KAFKA_TLS_CA_FILE: file({ group: tls, about: 'Path of a file with the certificate authorities' }).optional(),
  KAFKA_TLS_CERT: pem({ group: tls, about: 'Client certificate with its chain' }).optional(),
  KAFKA_TLS_CERT_FILE: file({
    group: tls,
    about: 'Path of a file with the client certificate and its chain',
  }).optional(),
  KAFKA_TLS_KEY: pem({ group: tls, about: 'Private key of the client certificate', secret: true }).optional(),
  KAFKA_TLS_KEY_FILE: file({ group: tls, about: 'Path of a file with the private key' }).optional(),
  KAFKA_TLS_KEY_PASSPHRASE: password({ group: tls, about: 'Passphrase of an encrypted private key' }).optional(),
  KAFKA_TLS_KEYSTORE_FILE: file({
    group: tls,
    about: 'Path of a PKCS#12 keystore with certificate and private key, instead of both by themselves',
  }).optional(),
  KAFKA_TLS_KEYSTORE_PASSWORD: password({ group: tls, about: 'Password of the keystore' }).optional(),
  KAFKA_TLS_KEYSTORE_KEY_PASSWORD: password({
    group: tls,
    about: 'Password of the private key in the keystore; default: the keystore’s',
  }).optional(),
  KAFKA_TLS_SECRET_ID: text({
    group: tls,
    about:
      'Name or ARN of a secret in AWS Secrets Manager: {"cert", "key", "ca"} as PEM, or {"keystore" in Base64, "password", "keyPassword", "ca"}',
  }).optional(),
  KAFKA_TLS_RELOAD_SECONDS: decimal(0.1, 86_400, {
    group: tls,
    about: 'How often files or secret are read for a new certificate, which is used without a restart',
  }).prefault('60'),

  KAFKA_SASL_USERNAME: text({ group: sasl, about: 'User of SASL/SCRAM or SASL/PLAIN' }).optional(),
  KAFKA_SASL_USERNAME_FILE: file({ group: sasl, about: 'Path of a file with the user' }).optional(),
  KAFKA_SASL_PASSWORD: password({ group: sasl, about: 'Password of that user' }).optional(),
  KAFKA_SASL_PASSWORD_FILE: file({
    group: sasl,
    about: 'Path of a file with the password; files are read for every new connection',
  }).optional(),
  KAFKA_SASL_SECRET_ID: text({
    group: sasl,
    about:
      'Name or ARN of a secret in AWS Secrets Manager that holds {"username", "password"}, as MSK’s AmazonMSK_ secrets do; read for every new connection',
  }).optional(),
};

function isTopicName(value: string): boolean {
  return /^(?!\.{1,2}$)[\w.-]{1,200}$/.test(value);
}

function readTopics(value: string): readonly string[] | undefined {
  const names = value.split(',').map((name) => name.trim());
  return names.every(isTopicName) ? [...new Set(names)].toSorted() : undefined;
}

function readPattern(value: string): RegExp | undefined {
  try {
    return /[\p{Cc}]/u.test(value) ? undefined : new RegExp(`^(?:${value})$`);
  } catch {
    return undefined;
  }
}

type Start =
  { readonly kind: 'earliest' } | { readonly kind: 'latest' } | { readonly kind: 'time'; readonly atMs: number };

function readStart(value: string): Start | undefined {
  if (value === 'earliest' || value === 'latest') return { kind: value };
  const atMs = parseIsoTime(value);
  // Kafka takes negative times for names of offsets
  return atMs === undefined || atMs < 0 ? undefined : { kind: 'time', atMs };
}
