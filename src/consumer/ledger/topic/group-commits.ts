import { hasCode } from '../../../runtime/errors.ts';
import type { CommittedOffset, TopicReader } from '../../ports/topic.ts';

/** The group's commits by partition; `undefined` where this client may see nothing of the group. */
export async function readGroupCommits(
  reader: TopicReader,
  groupId: string,
): Promise<ReadonlyMap<number, CommittedOffset> | undefined> {
  try {
    return await reader.committed(groupId);
  } catch (error) {
    if (hasCode(error, 'GROUP_DENIED')) return undefined;
    throw error;
  }
}
