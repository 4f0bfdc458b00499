import * as kinds from '../../../kernel/kinds.ts';
import type { BlockColumn } from './block-column.ts';
import { valueInside, type EventTimeReader } from '../times/event-time.ts';
import { times } from '../builders/kind-bits.ts';

/** Sets the event times of the rows, in milliseconds, from the values of their field. */
export function readEventTimes(column: BlockColumn, into: Float64Array, read: EventTimeReader): void {
  const { entries, eventTimePath = [] } = column.field;
  const { rows, kinds: kindAt, numbers: numberAt, kindBits } = entries;
  const [first = 0] = rows;
  if (kindBits === times && eventTimePath.length === 0 && rows.at(-1) === first + rows.length - 1)
    return into.set(numberAt, first);
  for (let entry = 0; entry < rows.length; entry++) {
    const row = rows[entry] ?? 0;
    const kind = kindAt[entry];
    if (eventTimePath.length > 0) into[row] = read(valueInside(column.values.valueAt(entry), eventTimePath));
    else if (kind === kinds.kindTime) into[row] = numberAt[entry] ?? Number.NaN;
    else if (kind === kinds.kindNumber || kind === kinds.kindInteger) into[row] = read(numberAt[entry]);
    else into[row] = read(column.values.valueAt(entry));
  }
}
