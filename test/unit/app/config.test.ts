import { describe, expect, it } from 'vitest';
import { documentedVariables, readConfig } from '../../../src/app/config/config.ts';
import { readSettings, settingsForTopic } from '../../../src/app/config/settings.ts';
import { PipelineError } from '../../../src/runtime/errors.ts';

function problemsOf(environment: Record<string, string>, required: Parameters<typeof readConfig>[1] = []): string {
  try {
    readConfig(environment, required);
    return 'none';
  } catch (error) {
    return error instanceof PipelineError ? error.message : 'another error';
  }
}

describe('the configuration', () => {
  it('has defaults for everything but the broker', () => {
    const config = readConfig({});
    expect(config.BATCH_ROWS_MAX).toBe(100_000);
    expect(config.LAKE).toEqual({ kind: 'folder', path: './lake' });
    expect(config.KAFKA_BROKERS).toBeUndefined();
  });

  it('names every problem at once, with what was expected and what came', () => {
    const message = problemsOf({ BATCH_ROWS_MAX: 'many', PARQUET_CODEC: 'rar', LAKE: 's3://B' }, ['KAFKA_BROKERS']);
    expect(message).toContain('4 problems');
    expect(message).toContain('BATCH_ROWS_MAX: expected a whole number from 1 to 10000000, got "many"');
    expect(message).toContain('PARQUET_CODEC: expected zstd or snappy or gzip or uncompressed, got "rar"');
    expect(message).toContain(
      'LAKE: expected s3://bucket, s3://bucket/prefix or a folder, without empty path segments (//), got "s3://B"',
    );
    expect(message).toContain('KAFKA_BROKERS: expected host:port, several separated by commas, got nothing');
  });

  it('says where a list of types goes wrong, among the other problems', () => {
    const message = problemsOf({ SCHEMA_HINTS: 'seq wibble', BATCH_ROWS_MAX: 'many' });
    expect(message).toContain('2 problems');
    expect(message).toContain(
      'SCHEMA_HINTS: "seq wibble" is no Hive type or column list: expected a Hive type, not "wibble"',
    );
  });

  it.each([
    ['BATCH_ROWS_MAX', 'x'],
    ['SCHEMA_HINTS', 'x'],
    ['SCHEMA_HINTS', 'a int, '],
    ['KAFKA_BROKERS', ':'],
    ['KAFKA_COLUMNS', 'offset,'],
    ['LAKE_DATABASE', 'a-'],
  ])('shows the beginning of a long value, and how long it is: %s of many %j', (name, piece) => {
    const message = problemsOf({ [name]: piece.repeat(5000) });
    expect(message).toContain(`(${piece.repeat(5000).trim().length} characters)`);
    expect(message.length).toBeLessThan(1000);
  });

  it('counts an empty variable as not set', () => {
    expect(readConfig({ BATCH_ROWS_MAX: '', KAFKA_TLS_KEY: '' }).BATCH_ROWS_MAX).toBe(100_000);
  });

  it('reads places of the lake', () => {
    expect(readConfig({ LAKE: 's3://bucket/a/b/' }).LAKE).toEqual({ kind: 's3', bucket: 'bucket', prefix: 'a/b' });
    expect(readConfig({ LAKE: 's3://bucket' }).LAKE).toEqual({ kind: 's3', bucket: 'bucket', prefix: '' });
    expect(readConfig({ LAKE: '/data/lake' }).LAKE).toEqual({ kind: 'folder', path: '/data/lake' });
  });

  it.each(['s3://bucket//a', 's3://bucket/a//b', 's3://bucket/a//', 's3://bucket/../a', '/data//lake', 's3:///a'])(
    'refuses the lake %s, whose keys no engine reads as they are written',
    (place) => {
      expect(problemsOf({ LAKE: place })).toContain('LAKE: expected');
    },
  );

  it('says how long the names of a topic and of its table may be', () => {
    expect(problemsOf({ KAFKA_TOPIC: ''.padEnd(201, 'a') })).toMatch(/KAFKA_TOPIC: expected [^]*, 200 at most/);
  });

  it.each(['_ledger', 'x_dead_letters', '_x', '.x', 'A', 'a-b', ''.padEnd(201, 'a')])(
    'refuses %j as a table',
    (name) => {
      expect(problemsOf({ LAKE_TABLE: name })).toContain('LAKE_TABLE: expected');
    },
  );

  it.each([
    ['thermometer', 'thermometer'],
    ['Ward.7-north', 'ward_7_north'],
    ['_raw', 'topic_raw'],
    ['.hidden', 'topic_hidden'],
    ['_', 'topic_'],
    ['_ledger', 'topic_ledger'],
    ['orders-dead-letters', 'orders_dead_letters_topic'],
  ])('names the table of the topic %s %s, so that every engine sees it', (topic, table) => {
    expect(readSettings({ KAFKA_TOPIC: topic }).table.name).toBe(table);
  });

  it('gives each of several topics its table, and each choice of topics a group', () => {
    const tables = (environment: Record<string, string>, ...topics: string[]) => {
      const settings = readSettings(environment);
      return topics.map((topic) => settingsForTopic(settings, topic).table.name);
    };
    expect(tables({ KAFKA_TOPICS: 'b.c, a' }, 'a', 'b.c')).toEqual(['a', 'b_c']);
    expect(tables({ KAFKA_TOPICS: 'a,b', LAKE_TABLE: 'raw_{topic}' }, 'a', 'b')).toEqual(['raw_a', 'raw_b']);
    expect(tables({ KAFKA_TOPIC_PATTERN: '.*', LAKE_TABLE: 'all_of_them' }, 'a', 'b')).toEqual([
      'all_of_them',
      'all_of_them',
    ]);
    const groupOf = (environment: Record<string, string>) => readSettings(environment).kafka.groupId;
    expect(groupOf({ KAFKA_TOPIC: 'a' })).toBe('glueless');
    expect(groupOf({ KAFKA_TOPICS: 'a' })).toBe('glueless');
    expect(groupOf({ KAFKA_TOPICS: 'a,b' })).toMatch(/^glueless-[0-9a-f]{10}$/);
    expect(groupOf({ KAFKA_TOPICS: 'b,a,b' })).toBe(groupOf({ KAFKA_TOPICS: 'a,b' }));
    expect(groupOf({ KAFKA_TOPIC_PATTERN: 'a|b' })).not.toBe(groupOf({ KAFKA_TOPICS: 'a,b' }));
    expect(groupOf({ KAFKA_TOPICS: 'a,b', KAFKA_GROUP_ID: 'own' })).toBe('own');
  });

  it('has a pattern match whole names', () => {
    const { topics } = readSettings({ KAFKA_TOPIC_PATTERN: 'readings\\..*|x' }).kafka;
    const matches = (name: string) => topics.kind === 'pattern' && topics.pattern.test(name);
    expect(['readings.a', 'x', 'old.readings.a', 'readings', 'xx'].filter(matches)).toEqual(['readings.a', 'x']);
    expect(problemsOf({ KAFKA_TOPIC_PATTERN: '(' })).toContain('KAFKA_TOPIC_PATTERN: expected a regular expression');
  });

  it('tells rows of a shared table by their topic, and refuses what can’t be told apart', () => {
    const shared = readSettings({ KAFKA_TOPICS: 'a,b', LAKE_TABLE: 'wards' });
    expect(shared.schema.kafkaColumns).toEqual({ hasCoordinates: true, parts: ['topic'] });
    expect(shared.table.isShared).toBe(true);
    expect(readSettings({ KAFKA_TOPICS: 'a,b' }).schema.kafkaColumns.parts).toEqual([]);
    expect(problemsOf({ KAFKA_TOPICS: 'a,b', LAKE_TABLE: 'wards', HOURS_EVERY_SECONDS: '60' })).toContain(
      'HOURS_EVERY_SECONDS: expected a table for each topic',
    );
    expect(problemsOf({ KAFKA_TOPICS: 'a,b', LAKE_TABLE: 'wards', KAFKA_COLUMNS: 'false' })).toContain(
      'KAFKA_COLUMNS:',
    );
    expect(problemsOf({ KAFKA_TOPICS: 'a.b,a_b,c' })).toContain('a.b and a_b, which both are a_b');
    const together = { KAFKA_TOPICS: 'a.b,a_b,c', KAFKA_COLUMNS: 'partition,offset,timestamp,topic' };
    expect(readSettings(together).kafka.topics).toEqual({ kind: 'list', topics: ['a.b', 'a_b', 'c'] });
    expect(problemsOf({ KAFKA_TOPIC: 'a', KAFKA_TOPICS: 'a,b' })).toContain('KAFKA_TOPIC and KAFKA_TOPICS');
  });

  it('says which topics go into one table', () => {
    const sharers = (environment: Record<string, string>, topic: string) => {
      const { isSharer } = settingsForTopic(readSettings(environment), topic).table;
      return ['a.b', 'a_b', 'c', 'd'].filter((other) => isSharer?.(other));
    };
    expect(sharers({ KAFKA_TOPICS: 'a.b,c', LAKE_TABLE: 'c' }, 'a.b')).toEqual(['a.b', 'c']);
    expect(sharers({ KAFKA_TOPIC_PATTERN: 'a.*', LAKE_TABLE: 'c' }, 'a.b')).toEqual(['a.b', 'a_b']);
    const KAFKA_COLUMNS = 'partition,offset,timestamp,topic';
    expect(sharers({ KAFKA_TOPICS: 'a.b,a_b,c', KAFKA_COLUMNS }, 'a.b')).toEqual(['a.b', 'a_b']);
    expect(readSettings({ KAFKA_TOPIC: 'a.b', LAKE_TABLE: 'c' }).table.isSharer).toBeUndefined();
  });

  it('takes no notice of the blanks and line ends that files bring along', () => {
    const config = readConfig({
      KAFKA_TOPIC: 'thermometer\r',
      BATCH_ROWS_MAX: ' 7 ',
      LAKE_TABLE: '\t',
      KAFKA_TLS_KEYSTORE_FILE: 'x.p12\n',
      KAFKA_TLS_KEYSTORE_PASSWORD: ' a b \r\n',
    });
    expect(config).toMatchObject({ KAFKA_TOPIC: 'thermometer', BATCH_ROWS_MAX: 7, KAFKA_TLS_KEYSTORE_FILE: 'x.p12' });
    expect(config.LAKE_TABLE).toBeUndefined();
    expect(config.KAFKA_TLS_KEYSTORE_PASSWORD).toBe(' a b ');
  });

  it.each([
    [{ KAFKA_TLS_CA: 'a', KAFKA_TLS_CA_FILE: 'b' }, 'KAFKA_TLS_CA and KAFKA_TLS_CA_FILE: expected one of them, got 2'],
    [{ PARQUET_ENCODER: 'parquetjs-lite', SCHEMA_HINTS: 'v decimal(10,2)' }, 'SCHEMA_HINTS: expected no decimals'],
    [
      { PARQUET_ENCODER: 'parquetjs-lite', SCHEMA_HINTS: 'v map<string,double>' },
      'SCHEMA_HINTS: expected no decimals and maps',
    ],
    [{ PARQUET_ENCODER: 'parquetjs-lite', SCHEMA_INFERENCE: 'together' }, 'SCHEMA_INFERENCE: expected single'],
    [
      { KAFKA_TLS_SECRET_ID: 'a', KAFKA_TLS_CERT_FILE: 'b', KAFKA_TLS_KEY_FILE: 'c' },
      'KAFKA_TLS_SECRET_ID and KAFKA_TLS_CERT_FILE: expected one of them',
    ],
    [
      { KAFKA_TLS_KEYSTORE_FILE: 'a', KAFKA_TLS_CERT: 'b', KAFKA_TLS_KEY: 'c' },
      'KAFKA_TLS_KEYSTORE_FILE and KAFKA_TLS_CERT: expected one of them',
    ],
    [
      { TABLE_FORMAT: 'iceberg', PARQUET_TIMESTAMPS: 'millis' },
      'PARQUET_TIMESTAMPS: expected micros with TABLE_FORMAT=iceberg, got millis',
    ],
    [
      { TABLE_FORMAT: 'iceberg', PARTITION_PROJECTION: 'true' },
      'PARTITION_PROJECTION: expected false with TABLE_FORMAT=iceberg, got true',
    ],
    [{ KAFKA_TLS_CERT: 'a' }, 'KAFKA_TLS_CERT: expected KAFKA_TLS_KEY or KAFKA_TLS_KEY_FILE too, got nothing'],
    [{ KAFKA_TLS_KEY_FILE: 'a' }, 'KAFKA_TLS_KEY_FILE: expected KAFKA_TLS_CERT or KAFKA_TLS_CERT_FILE too'],
    [{ KAFKA_TLS_KEYSTORE_PASSWORD: 'a' }, 'KAFKA_TLS_KEYSTORE_PASSWORD: expected KAFKA_TLS_KEYSTORE_FILE too'],
    [{ KAFKA_AUTH: 'scram' }, 'KAFKA_AUTH=scram: expected KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD'],
    [{ KAFKA_AUTH: 'plain', KAFKA_SASL_USERNAME: 'a' }, 'KAFKA_SASL_USERNAME: expected KAFKA_SASL_PASSWORD or'],
    [{ KAFKA_SASL_SECRET_ID: 'a' }, 'KAFKA_SASL_SECRET_ID: expected KAFKA_AUTH=scram or plain too, got tls'],
    [
      { KAFKA_AUTH: 'scram', KAFKA_SASL_SECRET_ID: 'a', KAFKA_SASL_USERNAME: 'b', KAFKA_SASL_PASSWORD: 'c' },
      'KAFKA_SASL_SECRET_ID and KAFKA_SASL_USERNAME: expected one of them, got 2',
    ],
    [{ KAFKA_TLS: 'off', KAFKA_TLS_CA_FILE: 'a' }, 'KAFKA_TLS_CA_FILE: expected KAFKA_TLS=on, got off'],
    [{ KAFKA_TLS: 'off', KAFKA_AUTH: 'iam' }, 'KAFKA_AUTH=iam: expected KAFKA_TLS=on'],
    [{ ALERT_LOW: '38' }, 'ALERT_LOW: expected a number below ALERT_HIGH (37.2), got 38'],
  ])('says which variables do not go together: %o', (environment, problem) => {
    expect(problemsOf(environment)).toContain(problem);
  });

  it('takes certificate and key from different sources', () => {
    expect(problemsOf({ KAFKA_TLS_CERT_FILE: 'a', KAFKA_TLS_KEY: 'b', KAFKA_TLS_CA: 'c' })).toBe('none');
    expect(problemsOf({ KAFKA_TLS_SECRET_ID: 'a', KAFKA_TLS_CA_FILE: 'b' })).toBe('none');
  });

  it('reads which parts of the Kafka record become columns', () => {
    expect(readConfig({ KAFKA_COLUMNS: 'false' }).KAFKA_COLUMNS).toEqual({ hasCoordinates: false, parts: [] });
    expect(readConfig({ KAFKA_COLUMNS: 'headers, partition,offset,timestamp,key' }).KAFKA_COLUMNS).toEqual({
      hasCoordinates: true,
      parts: ['key', 'headers'],
    });
    for (const wrong of ['partition,offset,timestamp,value', 'partition,offset,timestamp,', 'value'])
      expect(problemsOf({ KAFKA_COLUMNS: wrong })).toContain(
        'KAFKA_COLUMNS: expected true, false, or partition,offset',
      );
    expect(problemsOf({ KAFKA_COLUMNS: 'offset,key' })).toContain(
      'KAFKA_COLUMNS: expected partition, offset and timestamp together, by which rows are audited, or false, got "offset,key", which lacks partition and timestamp',
    );
  });

  it('reads several brokers', () => {
    expect(readConfig({ KAFKA_BROKERS: 'a:9094, b:9094' }).KAFKA_BROKERS).toEqual(['a:9094', 'b:9094']);
  });

  it('says of every variable what it is for', () => {
    const mute = documentedVariables.filter(({ about, expected }) => about.length < 6 || expected.length < 4);
    expect(mute).toEqual([]);
  });

  it.each([
    [{ KAFKA_BROKERS: '[::1]:9093' }, 'give a host name instead of an IPv6 address'],
    [{ LAKE_DATABASE: 'my-db' }, 'make a resource link to the database, with a name without dashes'],
  ])('says what to do instead: %j', (variables, hint) => {
    expect(() => readSettings(variables)).toThrow(hint);
  });

  it.each([
    { WEBHOOK_TOKEN: 'two\nS3CRET' },
    { WEBHOOK_TOKEN: 'S3CRET€' },
    { ICEBERG_REST_TOKEN: 'two\r\nS3CRET' },
    { HOURS_WEBHOOK_URL: 'https://user:S3CRET@jobs.example/' },
    { ALERT_WEBHOOK_URL: 'https://S3CRET@ward.example/' },
  ])('refuses at the start what could not be sent, and does not show it: %j', (variables) => {
    expect(() => readSettings(variables)).toThrow(`${Object.keys(variables).join('')}: expected`);
    expect(() => readSettings(variables)).not.toThrow('S3CRET');
  });

  it('marks what is secret', () => {
    const secrets = documentedVariables.filter(({ secret }) => secret === true);
    expect(secrets.map(({ name }) => name)).toEqual([
      'KAFKA_TLS_KEY',
      'KAFKA_TLS_KEY_PASSPHRASE',
      'KAFKA_TLS_KEYSTORE_PASSWORD',
      'KAFKA_TLS_KEYSTORE_KEY_PASSWORD',
      'KAFKA_SASL_PASSWORD',
      'ICEBERG_REST_TOKEN',
      'ICEBERG_REST_CLIENT_SECRET',
      'SCHEMA_REGISTRY_PASSWORD',
      'OTEL_EXPORTER_OTLP_HEADERS',
      'MONITOR_TOKEN',
      'HOURS_WEBHOOK_URL',
      'WEBHOOK_TOKEN',
      'ALERT_WEBHOOK_URL',
    ]);
  });
});
