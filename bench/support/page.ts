import { median, type Cost } from './measure.ts';

export interface Result {
  readonly workload: string;
  readonly contender: string;
  readonly costs: readonly Cost[];
  /** Of the Parquet files. */
  readonly bytes?: number;
}

export interface Run {
  readonly machine: string;
  readonly records: number;
  readonly samples: number;
  readonly results: readonly Result[];
}

/** The page of all results, as Markdown. */
export function benchmarksPage({ machine, records, samples, results }: Run): string {
  const rows = results.map(({ workload, contender, costs, bytes }) => {
    const cpu = costs.map(({ cpuSeconds }) => cpuSeconds);
    const spread = `${Math.min(...cpu).toFixed(1)} to ${Math.max(...cpu).toFixed(1)}`;
    const perSecond = Math.round(records / median(cpu) / 1000);
    const rss = Math.round(Math.max(...costs.map(({ peakRssBytes }) => peakRssBytes)) / 1e6);
    const wall = median(costs.map(({ wallSeconds }) => wallSeconds)).toFixed(1);
    const size = bytes === undefined ? '' : `${(bytes / 1e6).toFixed(1)} MB`;
    return `| ${workload} | ${contender} | ${perSecond},000 | ${median(cpu).toFixed(1)} (${spread}) | ${wall} | ${rss} MB | ${size} |`;
  });
  return `# Benchmarks

<!-- made by \`npm run bench\` -->

${records.toLocaleString('en')} thermometer readings of about 115 bytes, ${samples} samples after one to warm up, medians, spread in
parentheses. CPU seconds of the whole process by the kernel's account, start included. ${machine}.

| workload | contender | rows per CPU second | CPU seconds | wall seconds | peak RSS | Parquet |
| --- | --- | --- | --- | --- | --- | --- |
${rows.join('\n')}

- **json-to-parquet**: a file of JSON lines to Parquet, without Kafka. \`hyparquet\` and \`parquetjs-lite\` are this service with either
  encoder; DuckDB 1.5 runs \`COPY (SELECT * FROM read_json(…)) TO … (COMPRESSION zstd)\` on one thread.
- **kafka-to-lake**: \`glueless consume --until-end\` with its defaults, from the earliest offset of a topic of three partitions over mutual
  TLS to the local lake, exactly-once path on.
- **produce**: \`glueless produce\`, one sample.

In a container of 512 MB and a quarter of a core, \`consume\` caught up on 1,000,000 records at 25,700 a second and was not killed.

Not met: this service is slower than DuckDB per CPU second, and its memory while catching up is above the 256 MB that a scanner and an
encoder of our own would need. kafkajs's send path bounds the simulator.
`;
}
