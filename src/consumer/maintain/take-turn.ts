import type { ObjectStore } from '../ports/lake.ts';

/** Where members note when one of them kept the table in shape last. */
function turnKey({ table, topic }: Turn): string {
  return `_maintain/${table}/${topic}.json`;
}

interface Turn {
  readonly table: string;
  readonly topic: string;
}

/**
 * True when nobody has taken the turn for `everyMs`; it is taken then. A courtesy that saves members the same work, no lock: who is late may
 * meet the next one, and both do no harm.
 */
export async function takeTurn(
  store: ObjectStore,
  turn: Turn,
  { nowMs, everyMs }: { readonly nowMs: number; readonly everyMs: number },
): Promise<boolean> {
  const key = turnKey(turn);
  const stored = await store.get(key);
  const lastMs = stored === undefined ? Number.NaN : Date.parse(Buffer.from(stored.bytes).toString('utf8').trim());
  // a clock that was ahead, or bytes that are no time, hold nobody up
  if (nowMs >= lastMs && nowMs - lastMs < everyMs) return false;
  const condition = stored === undefined ? { ifAbsent: true as const } : { ifVersion: stored.version };
  const noted = Buffer.from(`${new Date(nowMs).toISOString()}\n`);
  return (await store.put(key, noted, condition)).kind === 'stored';
}
