import type { ObjectStore } from '../ports/lake.ts';

/** Gives the key of the note that says when a member last took the turn. */
function turnKey({ table, topic }: Turn): string {
  return `_maintain/${table}/${topic}.json`;
}

interface Turn {
  readonly table: string;
  readonly topic: string;
}

/**
 * Takes the turn, if nobody has taken it for `everyMs`; answers whether it was taken. The turn is no lock. It only saves members the same
 * work: a member that is late may meet the next one, and both do no harm.
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
  return (await store.put(key, noteOf(nowMs), condition)).kind === 'stored';
}

/** Lets the turn be taken again after `againMs` instead of `everyMs`, since its work was not done. */
export async function giveBackTurn(
  store: ObjectStore,
  turn: Turn,
  { nowMs, everyMs, againMs }: { readonly nowMs: number; readonly everyMs: number; readonly againMs: number },
): Promise<void> {
  await store.put(turnKey(turn), noteOf(nowMs - everyMs + againMs));
}

function noteOf(timeMs: number): Uint8Array {
  return Buffer.from(`${new Date(timeMs).toISOString()}\n`);
}
