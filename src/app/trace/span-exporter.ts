import type { Clock } from '../../runtime/clock.ts';
import { fetchFailure } from '../../runtime/errors.ts';
import type { Logger } from '../observe/logger.ts';
import { exportRequest, type TracedProcess } from './otlp-json.ts';
import type { Span } from './span.ts';

export interface ExporterOptions {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly traced: TracedProcess;
  readonly log: Logger;
  readonly clock: Pick<Clock, 'monotonicMs'>;
  /** How often spans are sent; left out: every 5 s. */
  readonly everyMs?: number;
  /** How long the end of the process waits for the collector; left out: 5 s at most. */
  readonly lastMs?: number;
}

/** Spans that wait for a collector; what comes beyond is dropped. */
const waitingMax = 2048;
const requestSpansMax = 512;
/** A collector that fails is left alone for so many times the interval at most. */
const pauseMax = 12;
/** What a collector answers when the same request may succeed later. */
const retryable: ReadonlySet<number> = new Set([429, 502, 503, 504]);

type Answer = 'delivered' | 'refused' | 'later';

/**
 * Sends spans to a collector by OTLP/HTTP, some seconds after they have ended. Nobody waits for it and nothing that it does fails the
 * caller: while a collector is away, some spans are kept and the rest is dropped.
 */
export class SpanExporter implements AsyncDisposable {
  readonly #options: ExporterOptions;
  readonly #timer: NodeJS.Timeout;
  readonly #everyMs: number;
  #waiting: Span[] = [];
  #dropped = 0;
  #failures = 0;
  #notBeforeMs = -Infinity;
  #sending: Promise<void> | undefined;
  readonly #end = new AbortController();

  constructor(options: ExporterOptions) {
    this.#options = options;
    this.#everyMs = options.everyMs ?? 5000;
    this.#timer = setInterval(() => this.#send(), this.#everyMs).unref();
  }

  add(span: Span): void {
    if (this.#waiting.length < waitingMax) this.#waiting.push(span);
    else this.#dropped++;
    if (this.#waiting.length >= requestSpansMax) this.#send();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    const timer = setTimeout(() => this.#end.abort(), this.#options.lastMs ?? 5000);
    await this.#sending;
    if (this.#waiting.length > 0) await this.#sendNext();
    clearTimeout(timer);
  }

  #send(): void {
    const isDue = this.#options.clock.monotonicMs() >= this.#notBeforeMs;
    if (this.#sending !== undefined || this.#waiting.length === 0 || !isDue) return;
    this.#sending = this.#sendNext().finally(() => {
      this.#sending = undefined;
    });
  }

  async #sendNext(): Promise<void> {
    const spans = this.#waiting.slice(0, requestSpansMax);
    const { answer, why } = await this.#post(spans);
    if (answer !== 'later') this.#waiting = this.#waiting.slice(spans.length);
    if (answer === 'refused') this.#dropped += spans.length;
    if (answer === 'delivered') this.#delivered();
    else this.#failed(why);
  }

  async #post(spans: readonly Span[]): Promise<{ readonly answer: Answer; readonly why: string }> {
    const { url, headers, traced, timeoutMs } = this.#options;
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify(exportRequest(spans, traced)),
        redirect: 'error',
        signal: AbortSignal.any([AbortSignal.timeout(timeoutMs), this.#end.signal]),
      });
      await response.body?.cancel();
      const answer = response.ok ? 'delivered' : retryable.has(response.status) ? 'later' : 'refused';
      return { answer, why: `the collector answers ${response.status}` };
    } catch (error) {
      return { answer: 'later', why: fetchFailure(error) };
    }
  }

  #delivered(): void {
    if (this.#failures > 0) this.#options.log.info({ dropped: this.#dropped }, 'traces are delivered again');
    this.#failures = 0;
    this.#dropped = 0;
    this.#notBeforeMs = -Infinity;
  }

  /** Tells of a collector that is away once, not every time. */
  #failed(why: string): void {
    const { url, log, clock } = this.#options;
    if (this.#failures++ === 0)
      log.warn({ url: `${url.origin}${url.pathname}`, error: why, hint }, 'traces can’t be delivered, batches go on');
    this.#notBeforeMs = clock.monotonicMs() + this.#everyMs * Math.min(pauseMax, 2 ** this.#failures);
  }
}

const hint = 'look at the collector, and at the OTEL_EXPORTER_OTLP_ variables; without them no traces are sent';
