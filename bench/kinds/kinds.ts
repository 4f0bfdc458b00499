import { changeEvents } from './change-events.ts';
import { events } from './events.ts';
import type { RecordKind } from './kind.ts';
import { logs } from './logs.ts';
import { optional } from './optional.ts';
import { regular } from './regular.ts';
import { shuffled } from './shuffled.ts';
import { ward } from './ward.ts';
import { wide } from './wide.ts';

export const kinds: readonly RecordKind[] = [regular, ward, events, shuffled, optional, changeEvents, logs, wide];

/** The kind of that name; throws for a name that none has. */
export function kindOf(name: string): RecordKind {
  const kind = kinds.find((each) => each.name === name);
  if (kind === undefined) throw new Error(`no kind ${name}: there are ${kinds.map((each) => each.name).join(', ')}`);
  return kind;
}
