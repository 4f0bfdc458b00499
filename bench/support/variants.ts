import type { RecordKind } from '../kinds/kind.ts';
import { kinds, steadyTopics } from '../kinds/kinds.ts';
import type { Variant } from './workload.ts';

/** Each kind of records, uncompressed. */
export const everyKind: readonly Variant[] = kinds.map(uncompressed);

/** For workloads through Kafka, whose peers take minutes for a kind. */
export const everySteadyKind: readonly Variant[] = steadyTopics.kinds.map(uncompressed);

function uncompressed(kind: RecordKind): Variant {
  return { name: kind.name, kind, compression: 'none' };
}
