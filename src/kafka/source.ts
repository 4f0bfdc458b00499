import type { GroupMembership, RecordSource } from '../consumer/ports/topic.ts';
import { GroupMember, type MembershipOptions } from './group/group-member.ts';

export interface SourceOptions extends Omit<MembershipOptions, 'selection'> {
  readonly topic: string;
}

/** Reads several topics as one member of a group; connects when it is run. */
export function createMembership(options: MembershipOptions): GroupMembership {
  return new GroupMember(options);
}

/** Reads one topic as a member of a group; connects when it is run. What concerns the topic ends the membership. */
export function createRecordSource({ topic, ...options }: SourceOptions): RecordSource {
  const membership = new GroupMember({ ...options, selection: { kind: 'list', topics: [topic] } });
  const source = membership.source(topic);
  return {
    run: async (handler) => {
      const unreadable = Promise.withResolvers<never>();
      const running = membership.run({
        assigned: () => {},
        revoked: () => {},
        waiting: (_, error) => unreadable.reject(error),
      });
      // the first one decides
      await Promise.race([source.run(handler), unreadable.promise, running]);
    },
    stop: () => membership.stop(),
    pause: (partition) => source.pause(partition),
    resume: (partition) => source.resume(partition),
    seek: (partition, offset) => source.seek(partition, offset),
    commit: (partition, offset, metadata) => source.commit(partition, offset, metadata),
  };
}
