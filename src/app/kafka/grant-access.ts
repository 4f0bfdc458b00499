import {
  describeGrant,
  grantsOf,
  planAcls,
  type AclEntry,
  type AclGrant,
  type AclRoles,
  type AclTopic,
} from '../../kafka/access/acl-plan.ts';
import { createAcls, readAcls } from '../../kafka/kafkajs/acls.ts';
import { readPrincipal } from '../../kafka/access/principal.ts';
import { withAdmin } from '../../kafka/kafkajs/admin.ts';
import { systemClock } from '../../runtime/clock.ts';
import { wrongUsage } from '../../runtime/errors.ts';
import { connectKafka } from './connect-kafka.ts';
import type { KafkaSettings } from '../config/settings/kafka-settings.ts';
import { literalPrefix, type TopicChoice } from '../config/topic-choice.ts';

/** Who shall have access: principals, subjects, or files with certificates. */
export interface AccessRequest {
  readonly consumers: readonly string[];
  readonly producers: readonly string[];
  readonly admins: readonly string[];
  /** Left out: MSK's brokers by their host names, nobody elsewhere. */
  readonly brokers: readonly string[];
  readonly isDryRun: boolean;
}

/** What was done, in words: `added` and `present` are grants, `others` what else applies to the same topic and group. */
export interface AccessReport {
  readonly added: readonly string[];
  readonly present: readonly string[];
  readonly others: readonly string[];
}

/** Makes the ACL entries that are missing, and removes none. */
export async function grantAccess(settings: KafkaSettings, request: AccessRequest): Promise<AccessReport> {
  const wanted = grantsOf(await rolesOf(settings, request));
  const { kafka } = await connectKafka(settings, { patience: 'one-off', nowMs: systemClock.nowMs() });
  return withAdmin(kafka, 'access control lists', async (admin) => {
    const plan = planAcls(wanted, await readAcls(admin, resourcesOf(wanted)));
    if (!request.isDryRun) await createAcls(admin, plan.missing);
    return {
      added: plan.missing.map(describeGrant),
      present: plan.present.map(describeGrant),
      others: plan.others.map(describeEntry),
    };
  });
}

async function rolesOf(
  { topics, groupId, brokers: addresses }: KafkaSettings,
  request: AccessRequest,
): Promise<AclRoles> {
  const principals = (given: readonly string[]): Promise<string[]> => Promise.all(given.map(readPrincipal));
  return {
    topics: aclTopics(topics),
    groupId,
    consumers: await principals(request.consumers),
    producers: await principals(request.producers),
    admins: await principals(request.admins),
    brokers: request.brokers.length > 0 ? await principals(request.brokers) : mskBrokers(addresses),
  };
}

/** Gives the topics to grant; a pattern by the prefix that all of its topics have. Throws USAGE_INVALID for one without. */
function aclTopics(choice: TopicChoice): AclTopic[] {
  if (choice.kind === 'one') return [{ name: choice.topic }];
  if (choice.kind === 'list') return choice.topics.map((name) => ({ name }));
  const name = literalPrefix(choice.text);
  if (name !== '') return [{ name, isPrefix: true }];
  throw wrongUsage(
    `topics like ${choice.text} have no beginning in common, by which access could be given`,
    'name them: --topic <name>, or KAFKA_TOPICS',
  );
}

/** MSK's brokers share one certificate, whose subject is a wildcard of their host names. Source: Amazon's page on MSK's ACLs. */
function mskBrokers(addresses: readonly string[]): string[] {
  const names = addresses.flatMap((address) => {
    const [, domain] = /^[^.]+\.(.+\.kafka\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?):\d+$/.exec(address) ?? [];
    return domain === undefined ? [] : [`User:CN=*.${domain}`];
  });
  return [...new Set(names)];
}

function resourcesOf(grants: readonly AclGrant[]) {
  return [...new Map(grants.map(({ resource }) => [`${resource.type} ${resource.name}`, resource])).values()];
}

function describeEntry(entry: AclEntry): string {
  const resource = { ...entry.resource, isPrefix: entry.pattern === 'prefixed' };
  const host = entry.host === '*' ? '' : ` from ${entry.host}`;
  return `${describeGrant({ ...entry, resource })}${host}${entry.isAllowed ? '' : ', denied'}`;
}
