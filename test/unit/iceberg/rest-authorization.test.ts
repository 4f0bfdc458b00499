import { once } from 'node:events';
import { createServer } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { oauthTokens } from '../../../src/iceberg/catalogs/rest-authorization.ts';
import { listen } from '../../../src/runtime/listen.ts';
import { TestClock } from '../../support/test-clock.ts';

const lifetimeSeconds = 600;

/** A server that gives tokens, the first ones as `statuses` say. */
async function openTokens(statuses: readonly number[] = []) {
  let asked = 0;
  const server = createServer((request, response) => {
    request.resume();
    const status = statuses[asked++] ?? 200;
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ access_token: `t${asked}`, expires_in: lifetimeSeconds }));
  });
  const { port, close } = await listen(server, { host: '127.0.0.1', port: 0, what: 'the server of tokens' });
  onTestFinished(async () => {
    await close();
    await once(server, 'close');
  });
  const clock = new TestClock();
  const credentials = { tokenUrl: `http://127.0.0.1:${port}/`, clientId: 'a', clientSecret: 'b', scope: 'catalog' };
  const { headersFor } = oauthTokens(credentials, clock);
  const ask = async () =>
    headersFor({ method: 'GET', url: new URL('http://127.0.0.1'), headers: {}, body: '' }).then(
      ({ authorization }) => authorization,
    );
  return { ask, clock, asked: () => asked };
}

describe('tokens of OAuth', () => {
  it('are asked for once by all that need the next one at a time', async () => {
    const { ask, clock, asked } = await openTokens();
    expect(await Promise.all([ask(), ask()])).toEqual(['Bearer t1', 'Bearer t1']);
    clock.pass(lifetimeSeconds * 1000);
    expect(await Promise.all([ask(), ask(), ask()])).toEqual(['Bearer t2', 'Bearer t2', 'Bearer t2']);
    expect(asked()).toBe(2);
  });

  it('are asked for again after a failure', async () => {
    const { ask } = await openTokens([503]);
    await expect(ask()).rejects.toMatchObject({ code: 'CATALOG_UNAVAILABLE', retryable: true });
    expect(await ask()).toBe('Bearer t2');
  });
});
