import { html } from 'hono/html';
import { dollarsPerMillion } from '../pipeline/request-bill.ts';
import type { PipelineFigures, PipelineHistory } from '../pipeline/pipeline-data.ts';
import { hourLabel } from '../data/hour-window.ts';
import type { View } from '../view.ts';
import { ago, durationWords } from './age.ts';
import { answerNote } from './ward-page.ts';
import type { Html } from '../html.ts';
import { batchSections } from './batch-sections.ts';
import { columnTable, deadLetterSection } from './history-sections.ts';
import type { Answer } from '../data/answer-cache.ts';

/** What the pipeline page shows. */
export interface PipelineFacts {
  readonly figures: Answer<PipelineFigures>;
  readonly history: Answer<PipelineHistory>;
  readonly scannedBytes: number | undefined;
}

/** The pipeline at a glance: what flows, what waits, what it costs, and what did not become rows. */
export function pipelinePage(view: View, { figures, history, scannedBytes }: PipelineFacts): Html {
  return html`<h1>Pipeline</h1>
    <div data-events="${view.base}/pipeline/events">${livePipeline(view, figures.value)}</div>
    <section>
      <h2>Columns, the newest first</h2>
      ${columnTable(view, history.value.columns)}
    </section>
    ${deadLetterSection(view, history.value.deadLetters)}
    <p class="note">${answerNote(view, { answer: history, scannedBytes })}</p>`;
}

/** The part that is sent again whenever it changes. */
export function livePipeline(view: View, figures: PipelineFigures): Html {
  return html`<ul class="tiles" data-live="tiles">
      ${tilesOf(view, figures).map(
        ({ label, value, note, isBad }) =>
          html`<li class="${isBad === true ? 'bad' : ''}">
            <span class="label">${label}</span> <strong>${value}</strong> <span class="note">${note}</span>
          </li>`,
      )}
    </ul>
    ${batchSections(view, figures)}`;
}

interface Tile {
  readonly label: string;
  readonly value: Html | string;
  readonly note: Html | string;
  readonly isBad?: boolean;
}

function tilesOf(view: View, figures: PipelineFigures): Tile[] {
  const { batches } = figures;
  const { numbers } = view;
  return [
    {
      label: 'Throughput',
      value: `${numbers.value(batches.recordsPerSecond, 1)} / s`,
      note: 'records, last ten minutes',
    },
    {
      label: 'Freshness',
      value: batches.newestCommitMs === undefined ? 'no batch' : ago(batches.newestCommitMs, view),
      note:
        batches.latencyMs === undefined
          ? 'last commit'
          : `last commit; ${durationWords(batches.latencyMs, view)} from Kafka to the lake`,
    },
    ...serviceTiles(view, figures),
    {
      label: 'Records',
      value: numbers.count(batches.records),
      note: `24 hours: ${numbers.count(batches.rows)} rows, ${numbers.count(batches.deadLetters)} dead letters`,
    },
    hoursTile(view, figures),
    auditTile(view, figures),
  ];
}

const certificateDaysMin = 14;
const behindSecondsMax = 600;

function serviceTiles(view: View, { service }: PipelineFigures): Tile[] {
  const { numbers } = view;
  if (service === undefined) return [{ label: 'Lag', value: 'not known', note: 'set MONITOR_METRICS_URL' }];
  const { answered, asked, problem, certificateDays } = service;
  const dollars = dollarsPerMillion(service.requests, service.records);
  return [
    { label: 'Consumers', value: `${answered} of ${asked}`, note: problem ?? 'answered', isBad: answered < asked },
    {
      label: 'Lag',
      value: numbers.count(service.lagRecords),
      note: `records; the oldest waits ${durationWords(service.behindSeconds * 1000, view)}`,
      isBad: service.behindSeconds > behindSecondsMax,
    },
    {
      label: 'Certificate',
      value: certificateDays === undefined ? 'none' : `${numbers.count(Math.floor(certificateDays))} d`,
      note: 'until it expires',
      isBad: certificateDays !== undefined && certificateDays < certificateDaysMin,
    },
    {
      label: 'Requests',
      value:
        service.requests.length === 0
          ? 'none'
          : dollars === undefined
            ? 'no records yet'
            : `$ ${numbers.value(dollars)}`,
      note: `estimate for a million records, ${numbers.count(service.requests.reduce((sum, { count }) => sum + count, 0))} so far`,
    },
  ];
}

function hoursTile({ numbers }: View, { hours }: PipelineFigures): Tile {
  const count = (state: string): string => numbers.count(hours.filter((each) => each.state === state).length);
  const newest = hours.findLast(({ state }) => state === 'complete');
  if (hours.length === 0) return { label: 'Hours', value: 'not settled', note: 'nobody tells when one is complete' };
  return {
    label: 'Newest complete hour',
    value: newest === undefined ? 'none yet' : hourLabel(newest.hour).slice(5),
    note: `24 hours: ${count('complete')} complete, ${count('filling')} filling, ${count('reopened')} reopened`,
  };
}

function auditTile(view: View, { audit }: PipelineFigures): Tile {
  if (audit === undefined) return { label: 'Audit', value: 'never', note: 'glueless verify --note leaves its result' };
  const { at, findings, scope, records } = audit;
  return {
    label: 'Audit',
    value: findings === 0 ? 'nothing lost, nothing doubled' : `${view.numbers.count(findings)} findings`,
    note: html`${ago(Date.parse(at), view)}, ${view.numbers.count(records)} records, ${scope}`,
    isBad: findings > 0,
  };
}
