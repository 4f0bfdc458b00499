import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { keepTrying } from '../../../src/app/keep-trying.ts';
import type { Logger } from '../../../src/app/observe/logger.ts';

function setup() {
  const stop = new AbortController();
  const { signal } = stop;
  const log = { warn: () => {} } as unknown as Logger;
  return { stop, signal, options: { retryMs: 1000, log, stop: { signal, exitCode: () => 0 } } };
}

describe('keepTrying', () => {
  it('leaves nothing behind on the signal, however often it is called', async () => {
    const { signal, options } = setup();
    await keepTrying('working', async () => {}, options);
    await expect(keepTrying('failing', () => Promise.reject(new Error('for good')), options)).rejects.toThrow(
      'for good',
    );
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('ends with the signal, though what it waits for never answers', async () => {
    const { stop, options } = setup();
    const waiting = keepTrying('waiting', () => new Promise<never>(() => {}), options);
    stop.abort(new Error('the signal'));
    await expect(waiting).rejects.toThrow('the signal');
  });
});
