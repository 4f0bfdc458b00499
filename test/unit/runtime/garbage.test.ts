import { setImmediate } from 'node:timers/promises';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { collectAll } from '../../../src/runtime/garbage.ts';

it('collects garbage in a process that was started without a flag for it, and leaves its flags as they were', async () => {
  const reference = new WeakRef({ large: new Uint8Array(1024) });
  // a reference keeps what it was made of for the current turn of the event loop
  await setImmediate();
  collectAll();
  expect(reference.deref()).toBeUndefined();
  expect(runInNewContext('typeof gc')).toBe('undefined');
});
