import { readFileSync, writeSync } from 'node:fs';
import promises from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { relative, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * Loaded before a program with `--import`: stops, kills or delays it at an operation on its local lake. Only the operating
 * system's calls are wrapped, so it knows nothing of the program. FAULTS holds a JSON array of `Fault`.
 */
export interface Fault {
  readonly operation: 'put' | 'get' | 'delete';
  readonly phase: 'before' | 'after';
  /** Regular expression over the key, relative to the lake. */
  readonly key: string;
  /** Regular expression over the bytes that are put. */
  readonly content?: string;
  /** Counts from 1; left out: every time. */
  readonly nth?: number;
  readonly signal?: 'SIGSTOP' | 'SIGKILL';
  readonly delayMs?: number;
}

const root = resolve(process.env['LAKE'] ?? '.');
const faults: (Fault & { seen: number })[] = JSON.parse(process.env['FAULTS'] ?? '[]').map((fault: Fault) => ({
  ...fault,
  seen: 0,
}));
const real = { link: promises.link, rename: promises.rename, rm: promises.rm, readFile: promises.readFile };

interface Operation {
  readonly operation: Fault['operation'];
  readonly key: string;
  readonly source?: string;
}

/** The key of a file in the lake, whatever version of it; `undefined` for files elsewhere and uploads under way. */
function keyOf(path: unknown): string | undefined {
  if (typeof path !== 'string') return undefined;
  const key = relative(root, path).replace(/@\d+$/, '');
  return key.startsWith('..') || key.startsWith('.uploads') ? undefined : key;
}

function matches(fault: Fault, { operation, key, source }: Operation): boolean {
  if (fault.operation !== operation || !new RegExp(fault.key).test(key)) return false;
  if (fault.content === undefined) return true;
  return source !== undefined && new RegExp(fault.content).test(readFileSync(source, 'latin1'));
}

async function strike(fault: Fault, { key }: Operation): Promise<void> {
  if (fault.delayMs !== undefined) await delay(fault.delayMs);
  if (fault.signal === undefined) return;
  writeSync(2, `${JSON.stringify({ msg: 'fault', signal: fault.signal, key })}\n`);
  process.kill(process.pid, fault.signal);
  // the signal arrives within this tick or the next
  await new Promise(setImmediate);
}

async function around<T>(operation: Operation | undefined, work: () => Promise<T>): Promise<T> {
  if (operation === undefined) return work();
  const due = faults
    .filter((fault) => matches(fault, operation))
    .filter((fault) => {
      fault.seen++;
      return fault.nth === undefined || fault.seen === fault.nth;
    });
  for (const fault of due.filter(({ phase }) => phase === 'before')) await strike(fault, operation);
  const result = await work();
  for (const fault of due.filter(({ phase }) => phase === 'after')) await strike(fault, operation);
  return result;
}

function put(source: unknown, target: unknown): Operation | undefined {
  const key = keyOf(target);
  return key === undefined || typeof source !== 'string' ? undefined : { operation: 'put', key, source };
}

function on(operation: 'get' | 'delete', path: unknown): Operation | undefined {
  const key = keyOf(path);
  return key === undefined ? undefined : { operation, key };
}

Object.assign(promises, {
  link: (source: string, target: string) => around(put(source, target), () => real.link(source, target)),
  rename: (source: string, target: string) => around(put(source, target), () => real.rename(source, target)),
  rm: (...args: Parameters<typeof real.rm>) => around(on('delete', args[0]), () => real.rm(...args)),
  readFile: (...args: Parameters<typeof real.readFile>) => around(on('get', args[0]), () => real.readFile(...args)),
});
syncBuiltinESMExports();
