import { Hono, type Context } from 'hono';
import { compress } from 'hono/compress';
import { PipelineError } from '../../runtime/errors.ts';
import { layout } from '../pages/layout.ts';
import { problemPage } from '../pages/problem-page.ts';
import type { View } from '../view.ts';
import { readAssets } from './assets.ts';
import { ownHostsOnly, strictHeaders } from './guard.ts';
import { languageOf, numbersIn } from './locale.ts';
import type { MonitorAppOptions, SendPage } from './app-options.ts';
import { addPatientRoutes } from './patient-routes.ts';

/** The monitor's pages as one function from request to response. */
export function createMonitorApp(options: MonitorAppOptions): Hono {
  const { settings, onFailure } = options;
  const base = settings.url?.pathname.replace(/\/+$/, '') ?? '';
  const assets = readAssets();
  const viewOf = viewMaker(options, { base, assets: assets.version });
  const send: SendPage = (context, page, status = 200) => {
    const view = viewOf(context);
    return context.html(layout(view, page(view)), status, { 'cache-control': 'no-store' });
  };
  const app = new Hono().basePath(base);
  app.use(strictHeaders(), ownHostsOnly(settings.url), compress());
  app.get('/livez', (context) => context.json({ ok: true }));
  for (const [path, { type, text }] of assets.files)
    app.get(path, (context) =>
      context.body(text, 200, {
        'content-type': `${type}; charset=utf-8`,
        'cache-control': 'public, max-age=31536000, immutable',
      }),
    );
  addPatientRoutes(app, options, send);
  app.notFound((context) =>
    send(context, () => problemPage('There is no such page', 'The address is mistyped, or the page is gone.'), 404),
  );
  app.onError((error, context) => {
    onFailure(error);
    return send(context, () => problemPage('This can’t be shown now', ...reasonsOf(error)), 503);
  });
  return app;
}

/** What readers may know of a failure: its own sentence where it has one, nothing of what was not foreseen. */
function reasonsOf(error: Error): string[] {
  if (!(error instanceof PipelineError)) return ['Something went wrong that the monitor’s log tells more of.'];
  return [error.message, ...(error.hint === undefined ? [] : [error.hint])];
}

function viewMaker(
  { table, clock }: MonitorAppOptions,
  fixed: Pick<View, 'base' | 'assets'>,
): (context: Context) => View {
  return (context) => {
    const language = languageOf(context.req.header('accept-language'));
    return { ...fixed, table, language, numbers: numbersIn[language], nowMs: clock.nowMs(), access: 'no-token' };
  };
}
