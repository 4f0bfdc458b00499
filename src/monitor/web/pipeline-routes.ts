import type { Context, Hono } from 'hono';
import { streamSSE } from 'hono/streaming';
import { livePipeline, pipelinePage } from '../pages/pipeline-page.ts';
import type { View } from '../view.ts';
import type { MonitorAppOptions, SendPage } from './app-options.ts';

const everyMs = 5000;

/** A proxy that hears nothing for a while hangs up. */
const silentTurnsMax = 3;

/** Adds the pipeline page, and the events that keep it up to date. */
export function addPipelineRoutes(
  app: Hono,
  { pipeline, data, clock, onFailure }: MonitorAppOptions,
  { send, viewOf }: { readonly send: SendPage; readonly viewOf: (context: Context) => View },
): void {
  app.get('/pipeline', async (context) => {
    const [figures, history] = await Promise.all([pipeline.figures(), pipeline.history()]);
    const shown = { figures, history, scannedBytes: data.scannedBytes() };
    return send(context, (view) => ({ title: 'Pipeline', name: 'pipeline', main: pipelinePage(view, shown) }));
  });
  app.get('/pipeline/events', (context) =>
    streamSSE(context, async (stream) => {
      const over = new AbortController();
      stream.onAbort(() => over.abort());
      let sent = '';
      let silentTurns = 0;
      while (!stream.aborted) {
        const answer = await pipeline.figures().catch(onFailure);
        const html = answer === undefined ? sent : String(await livePipeline(viewOf(context), answer.value));
        const isNew = html !== sent;
        if (isNew) await stream.writeSSE({ event: 'pipeline', data: html });
        else if (++silentTurns >= silentTurnsMax) await stream.write(': still here\n\n');
        if (isNew || silentTurns >= silentTurnsMax) silentTurns = 0;
        sent = html;
        await clock.sleep(everyMs, over.signal).catch(() => {});
      }
    }),
  );
}
