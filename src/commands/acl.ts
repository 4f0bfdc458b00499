import type { Settings } from '../app/config/settings.ts';
import { grantAccess, type AccessRequest } from '../app/kafka/grant-access.ts';
import { exitCodes } from '../app/observe/exit-codes.ts';
import { printLines } from '../app/observe/output.ts';

export interface AclOptions {
  readonly consumer: readonly string[];
  readonly producer: readonly string[];
  readonly admin: readonly string[];
  readonly brokers: readonly string[];
  readonly dryRun: boolean;
}

/** Gives consumers and producers what they need of topic and group, prints each entry, and says what stays open. */
export async function acl({ kafka }: Settings, options: AclOptions): Promise<number> {
  const { consumer, producer, admin, brokers, dryRun } = options;
  const request: AccessRequest = { consumers: consumer, producers: producer, admins: admin, brokers, isDryRun: dryRun };
  const { added, present, others } = await grantAccess(kafka, request);
  printLines(
    ...added.map((each) => `${dryRun ? 'would set' : 'set'}  ${each}`),
    ...present.map((each) => `there  ${each}`),
    ...others.map((each) => `other  ${each}: not of this command, left as it is`),
    `${added.length} entries ${dryRun ? 'would be set' : 'set'}, ${present.length} were there`,
    '',
    ...whatStaysOpen(kafka, admin.length > 0),
  );
  return exitCodes.done;
}

function whatStaysOpen({ topic, groupId }: Settings['kafka'], hasAdmin: boolean): string[] {
  return [
    `Nobody else may use the topic ${topic} and the group ${groupId} now. Topics and groups without an entry stay open to every`,
    'certificate that the brokers trust while allow.everyone.if.no.acl.found is true, as it is by default on MSK. To close them:',
    '  MSK    a configuration with allow.everyone.if.no.acl.found=false (in our stacks: -c denyWithoutAcl=true)',
    '  Kafka  allow.everyone.if.no.acl.found=false in server.properties, its default; then restart the brokers one by one',
    ...(hasAdmin
      ? []
      : ['Before that, name with --admin who may change access afterwards; without one it takes a super user.']),
  ];
}
