import { kinds } from '../kinds/kinds.ts';
import type { Variant } from './workload.ts';

/** Each kind of records, uncompressed. */
export const plainKinds: readonly Variant[] = kinds.map((kind) => ({ name: kind.name, kind, compression: 'none' }));
