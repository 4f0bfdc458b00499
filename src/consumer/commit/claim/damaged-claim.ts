import { PipelineError } from '../../../runtime/errors.ts';
import type { ClaimedEntry } from '../../ledger/entry/ledger-entry.ts';

/** What stands in the way of a claim of which Kafka no longer has all records. */
type Damage = 'objects' | 'copies' | 'other-version' | 'older-generation';

const explanations: Readonly<Record<Damage, { readonly what: (range: string) => string; readonly hint: string }>> = {
  objects: {
    what: (range) => `objects of ${range} are damaged, and others of them hold records that Kafka no longer has`,
    hint: 'move the damaged objects out of the table, and start again: what is left is kept, and what Kafka still holds is written; or restore them from a backup or an older version; `glueless verify` names them',
  },
  copies: {
    what: (range) =>
      `objects of ${range} have the same bytes: one was copied over another, and Kafka no longer has all records`,
    hint: 'look whether their rows are of the Hive partition that they lie in: move the one whose rows are not out of the table, and start again; keep the other, which may be the only copy of its rows. Or restore older versions',
  },
  'other-version': {
    what: (range) =>
      `another version has written a part of ${range}, of which Kafka no longer has all records, and this version would put the others elsewhere`,
    hint: 'nothing is lost: let the version that has claimed the range end it',
  },
  'older-generation': {
    what: (range) =>
      `objects that were written for ${range} and count no more may hold records that Kafka no longer has: they are not deleted`,
    hint: 'copy the objects whose names end in -g and a lower number than `generation`, and take them out of the table’s folder: then the claim is ended without them',
  },
};

/** Says why a claim can't be ended without losing what is in the lake. `keys`: its damaged objects. */
export function damaged(
  { topic, partition, from, to, generation }: ClaimedEntry,
  damage: Damage,
  keys: readonly string[] = [],
): PipelineError {
  const { what, hint } = explanations[damage];
  return new PipelineError('OBJECT_DAMAGED', {
    message: what(`[${from}, ${to}) of ${topic}/${partition}`),
    retryable: false,
    details: {
      topic,
      partition,
      from: from.toString(),
      to: to.toString(),
      generation,
      ...(keys.length > 0 && { objects: [...keys] }),
    },
    hint,
  });
}
