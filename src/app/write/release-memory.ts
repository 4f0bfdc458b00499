import type { CommitTools } from '../../consumer/commit/tools/commit-tools.ts';
import { releaseFetchMemory } from '../../kafka/format/record-memory.ts';
import { closeKernel } from '../../kernel/kernel.ts';
import { collectAll } from '../../runtime/garbage.ts';

/** Gives back the memory that is kept for the next batch, of a service that has nothing to do. */
export function releaseMemory({ writer }: Pick<CommitTools, 'writer'>): void {
  releaseFetchMemory();
  writer.releaseMemory();
  closeKernel();
  collectAll();
}
