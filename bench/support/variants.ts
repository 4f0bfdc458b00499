import { kinds, steadyKinds } from '../kinds/kinds.ts';
import type { RecordKind } from '../kinds/kind.ts';
import type { Variant } from './workload.ts';

/** Each kind of records, uncompressed. */
export const everyKind: readonly Variant[] = kinds.map(uncompressed);

/** For workloads through Kafka, whose peers take minutes for a kind. */
export const everySteadyKind: readonly Variant[] = steadyKinds.map(uncompressed);

function uncompressed(kind: RecordKind): Variant {
  return { name: kind.name, kind, compression: 'none' };
}
