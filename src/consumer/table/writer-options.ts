import { SlabPool } from '../../runtime/slab-pool.ts';
import type { Recipe } from '../ledger/entry/recipe.ts';
import type { Catalog, ObjectStore } from '../ports/lake.ts';
import type { ParquetEncoder, ParquetReader } from '../ports/parquet.ts';
import type { SchemaRegistries } from '../ports/schema-registry.ts';
import type { BatchFacts } from './batch-facts.ts';
import type { SchemaKeeperOptions } from './catalog/schema-keeper.ts';

export interface TableWriterOptions {
  readonly store: ObjectStore;
  readonly catalog: Catalog;
  readonly encoder: ParquetEncoder;
  readonly parquet: ParquetReader;
  readonly table: string;
  readonly topic: string;
  /** Where schemas of values are; none when left out. */
  readonly registries?: SchemaRegistries;
  /** Rows say which topic they are from, so that other topics' may be beside them. */
  readonly tellsTopic?: boolean;
  /** A new table is for several topics: its parameters name none. */
  readonly isShared?: boolean;
  /** Tells the topics with which this one is to share a table of theirs. */
  readonly isSharer?: ((topic: string) => boolean) | undefined;
  /** Memory for batches, shared with the writers of other topics; left out: its own. */
  readonly slabs?: SlabPool | undefined;
  /** Parameters of a table that is made new with the layout, such as partition projection. */
  readonly parameters?: (layout: Recipe['placement']['layout']) => Readonly<Record<string, string>>;
  readonly onSchemaChange?: SchemaKeeperOptions['onChange'];
  /** Called with what was redirected, rescued or rejected of a batch. */
  readonly onRouted?: (facts: BatchFacts) => void;
}

/** Most bytes of batch arrays kept for reuse: a batch of wide records uses 31 MB, one of flat records 6 to 29 MB. */
const slabBytesMax = 40 * 1024 * 1024;

/** Memory for the batches of one or several writers. */
export function createSlabs(): SlabPool {
  return new SlabPool(slabBytesMax);
}
