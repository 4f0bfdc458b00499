import { Hono, type Context, type MiddlewareHandler } from 'hono';
import { compress } from 'hono/compress';
import { HTTPException } from 'hono/http-exception';
import { PipelineError } from '../../runtime/errors.ts';
import { layout } from '../pages/layout.ts';
import { problemPage } from '../pages/problem-page.ts';
import type { View } from '../view.ts';
import { AccessControl } from '../access/access.ts';
import { addAlertRoutes, addSignInRoutes } from './alert-routes.ts';
import type { MonitorAppOptions, SendPage } from './app-options.ts';
import { readAssets, type Assets } from './assets.ts';
import { ownFormsOnly, ownHostsOnly, strictHeaders } from '../access/guard.ts';
import { languageOf, numbersIn } from '../locale.ts';
import { addPipelineRoutes } from './pipeline-routes.ts';
import { addTableRoutes } from './table-routes.ts';
import { addPatientRoutes } from './patient-routes.ts';

/** The monitor's pages as one function from request to response. */
export function createMonitorApp(options: MonitorAppOptions): Hono {
  const { settings, clock } = options;
  const base = settings.url?.pathname.replace(/\/+$/, '') ?? '';
  const access = new AccessControl({
    token: settings.token,
    clock,
    base,
    isSecure: settings.url?.protocol === 'https:',
  });
  const assets = readAssets();
  const viewOf = viewMaker(options, { base, assets: assets.version, access });
  const send: SendPage = (context, page, status = 200) => {
    const view = viewOf(context);
    return context.html(layout(view, page(view)), status, { 'cache-control': 'no-store' });
  };
  // below a base path the ward is at `/base/`: Hono knows it as `/base`, and decodes what it is asked for
  const app = new Hono({ strict: false }).basePath(decoded(base));
  app.use(strictHeaders(), ownHostsOnly(settings.url), ownFormsOnly(settings.url), compress());
  if (base !== '') app.use(toFolder(base));
  app.get('/livez', (context) => context.json({ ok: true }));
  addFiles(app, assets);
  addPatientRoutes(app, options, send);
  addAlertRoutes(app, options, { access, send, base });
  addTableRoutes(app, options, send);
  addPipelineRoutes(app, options, { send, viewOf });
  if (settings.token !== undefined) addSignInRoutes(app, { access, send, base });
  addFailures(app, options, send);
  return app;
}

function decoded(path: string): string {
  try {
    return decodeURI(path);
  } catch {
    // a percent sign that stands for itself
    return path;
  }
}

/** Sends browsers from `/base` to `/base/`, where the cookie of who signed in is valid. */
function toFolder(base: string): MiddlewareHandler {
  return async (context, next) => {
    const { pathname, search } = new URL(context.req.url);
    return pathname === base ? context.redirect(`${base}/${search}`) : next();
  };
}

function addFiles(app: Hono, { files }: Assets): void {
  for (const [path, { type, text }] of files)
    app.get(path, (context) =>
      context.body(text, 200, {
        'content-type': `${type}; charset=utf-8`,
        'cache-control': 'public, max-age=31536000, immutable',
      }),
    );
}

function addFailures(app: Hono, { onFailure }: MonitorAppOptions, send: SendPage): void {
  app.notFound((context) =>
    send(context, () => problemPage('There is no such page', 'The address is mistyped, or the page is gone.'), 404),
  );
  app.onError((error, context) => {
    if (error instanceof HTTPException) return error.getResponse();
    onFailure(error);
    return send(context, () => problemPage('This can’t be shown now', ...reasonsOf(error)), 503);
  });
}

/** What readers may know of a failure: its own sentence where it has one, nothing of what was not foreseen. */
function reasonsOf(error: Error): string[] {
  if (!(error instanceof PipelineError)) return ['Something went wrong that the monitor’s log tells more of.'];
  return [error.message, ...(error.hint === undefined ? [] : [error.hint])];
}

function viewMaker(
  { table, clock }: MonitorAppOptions,
  { access, ...fixed }: Pick<View, 'base' | 'assets'> & { readonly access: AccessControl },
): (context: Context) => View {
  return (context) => {
    const numbers = numbersIn[languageOf(context.req.header('accept-language'))];
    return { ...fixed, table, numbers, nowMs: clock.nowMs(), access: access.of(context) };
  };
}
