import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { messageOf } from '../../runtime/errors.ts';

/** One line of a metrics page: a name, its labels, and the number. */
export interface MetricSample {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly value: number;
}

/** What the consumers say of themselves, added up over all that answered. */
export interface ServiceMetrics {
  readonly answered: number;
  readonly asked: number;
  /** Why a consumer did not answer: one of the reasons. */
  readonly problem: string | undefined;
  readonly lagRecords: number;
  readonly behindSeconds: number;
  /** Fewest of all; left out where no certificate is used. */
  readonly certificateDays: number | undefined;
  readonly bufferedBytes: number;
  readonly retries: number;
  readonly records: number;
  readonly requests: readonly Requests[];
}

export interface Requests {
  readonly service: string;
  readonly operation: string;
  readonly count: number;
}

const timeoutMs = 3000;

/** A name that stands for several consumers, as those of containers do, becomes the address of each. */
async function addressesOf(url: URL): Promise<URL[]> {
  if (url.protocol !== 'http:' || isIP(url.hostname) !== 0) return [url];
  const found = await lookup(url.hostname, { all: true, family: 4 }).catch(() => []);
  return found.length < 2 ? [url] : found.map(({ address }) => Object.assign(new URL(url), { hostname: address }));
}

/** Asks every consumer for its metrics; of one that reads several topics only those of `topic` count. A consumer that does not answer is counted, and told of. */
export async function readServiceMetrics(given: readonly URL[], topic: string): Promise<ServiceMetrics> {
  const urls = (await Promise.all(given.map(addressesOf))).flat();
  const results = await Promise.allSettled(urls.map(readPage));
  const pages = results.flatMap((result) => (result.status === 'fulfilled' ? [parseMetrics(result.value)] : []));
  const failed = results.find((result) => result.status === 'rejected');
  const samples = pages.flat().filter(({ labels }) => (labels.get('topic') ?? topic) === topic);
  const all = (name: string): number[] =>
    samples.filter((each) => each.name === `glueless_${name}`).map(({ value }) => value);
  const sum = (name: string): number => all(name).reduce((total, value) => total + value, 0);
  const certificates = all('certificate_days_left');
  return {
    answered: pages.length,
    asked: urls.length,
    problem: failed && messageOf(failed.reason),
    lagRecords: sum('lag_records'),
    behindSeconds: Math.max(0, ...all('behind_seconds')),
    certificateDays: certificates.length === 0 ? undefined : Math.min(...certificates),
    bufferedBytes: sum('buffered_bytes'),
    retries: sum('step_retries_total'),
    records: sum('records_total'),
    requests: requestsOf(samples),
  };
}

async function readPage(url: URL): Promise<string> {
  const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
  if (!response.ok) throw new Error(`${url.href} answered ${response.status}`);
  return response.text();
}

/** Reads Prometheus' text format as our own service writes it. */
export function parseMetrics(page: string): MetricSample[] {
  return page.split('\n').flatMap((line) => {
    const [, name, labels = '', value] = /^([a-z_:]+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    if (name === undefined || value === undefined) return [];
    const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(
      ([, key = '', text = '']) => [key, text.replaceAll(/\\(.)/g, '$1')] as const,
    );
    return [{ name, labels: new Map(pairs), value: Number(value) }];
  });
}

function requestsOf(samples: readonly MetricSample[]): Requests[] {
  const sums = new Map<string, Requests>();
  for (const { name, labels, value } of samples) {
    if (name !== 'glueless_aws_requests_total') continue;
    const [service = '', operation = ''] = [labels.get('service'), labels.get('operation')];
    const key = `${service} ${operation}`;
    sums.set(key, { service, operation, count: (sums.get(key)?.count ?? 0) + value });
  }
  return [...sums.values()].toSorted((a, b) => b.count - a.count);
}
