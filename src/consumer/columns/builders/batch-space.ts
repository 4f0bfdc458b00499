import type { Kernel } from '../../../kernel/kernel.ts';
import type { BatchMemory } from './batch-memory.ts';

/** The most rows that a batch has, and the memory of their arrays. */
export interface BatchSpace {
  readonly rowsMax: number;
  readonly memory: BatchMemory;
  /** Holds the dictionaries while the batch is read. */
  readonly kernel: Kernel;
}
