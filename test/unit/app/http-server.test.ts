import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startHttpServer, type HttpOptions } from '../../../src/app/observe/http-server.ts';

async function listen(options: Partial<HttpOptions> = {}) {
  const server = await startHttpServer({
    host: '127.0.0.1',
    port: 0,
    metrics: async () => 'glueless_up 1\n',
    startProblems: () => [],
    problems: () => [],
    ...options,
  });
  onTestFinished(() => server.close());
  return server;
}

async function start(options: Partial<HttpOptions> = {}) {
  const { port } = await listen(options);
  return (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${port}${path}`, init);
}

describe('the HTTP server', () => {
  it('answers probes and scrapers, with a query or without', async () => {
    const get = await start();
    expect((await get('/livez')).status).toBe(200);
    expect((await get('/readyz?verbose')).status).toBe(200);
    expect(await (await get('/metrics')).text()).toBe('glueless_up 1\n');
    expect((await get('/livez', { method: 'HEAD' })).status).toBe(200);
    expect((await get('/')).status).toBe(404);
  });

  it('says what has not answered yet since the start', async () => {
    const get = await start({ startProblems: () => ['the lake has not answered yet'] });
    const response = await get('/startupz');
    expect(response.status).toBe(503);
    expect(await response.json()).toEqual({ ok: false, problems: ['the lake has not answered yet'] });
    expect((await get('/readyz')).status).toBe(200);
  });

  it('says why the process is not ready', async () => {
    const get = await start({ problems: () => ['no partitions are assigned'] });
    expect((await get('/startupz')).status).toBe(200);
    const response = await get('/readyz');
    expect(response.status).toBe(503);
    expect(await response.json()).toEqual({ ok: false, problems: ['no partitions are assigned'] });
  });

  it.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])('refuses %s', async (method) => {
    const response = await (await start())('/livez', { method });
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('GET, HEAD');
  });

  it('answers with an error when metrics can’t be read', async () => {
    const get = await start({ metrics: () => Promise.reject(new Error('broken')) });
    expect((await get('/metrics')).status).toBe(500);
  });

  it('says so when its port is taken', async () => {
    const server = await listen();
    await expect(listen({ port: server.port })).rejects.toMatchObject({
      code: 'HTTP_UNAVAILABLE',
      message: expect.stringContaining(`127.0.0.1:${server.port}`),
    });
  });

  it('closes what comes beyond its limit of connections', async () => {
    const server = await listen();
    const sockets = Array.from({ length: 40 }, () =>
      connect(server.port, '127.0.0.1')
        .on('error', () => {})
        .resume(),
    );
    onTestFinished(() => sockets.forEach((socket) => socket.destroy()));
    const closed = sockets.map((socket) => once(socket, 'close'));
    await Promise.any(closed);
    // the rest is closed for saying nothing
    await Promise.all(closed);
    expect((await fetch(`http://127.0.0.1:${server.port}/livez`)).status).toBe(200);
  });
});
