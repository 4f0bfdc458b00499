import type { Node } from 'constructs';
import { z } from 'zod';

const flag = z.union([z.boolean(), z.stringbool()]);

const settingsSchema = z.object({
  /** Names of topic, group, database and table. */
  topic: z.string().default('thermometer'),
  group: z.string().default('glueless'),
  database: z
    .string()
    .regex(/^[a-z0-9_]+$/)
    .default('hospital'),
  table: z
    .string()
    .regex(/^[a-z0-9_]+$/)
    .default('readings'),
  /** Number of the topic's partitions; more consumers than that would have nothing to do. */
  partitions: z.coerce.number().int().min(1).max(1000).default(4),
  /**
   * Denies what no ACL allows. Turn it on when the ACLs have been made: brokers without any ACL let every certificate that they trust
   * read and publish everything.
   */
  denyWithoutAcl: flag.default(false),
  natGateways: z.coerce.number().int().min(1).max(2).default(1),
  /** Interface endpoints: keep calls to AWS off the NAT gateway, for a price per hour, endpoint and zone. */
  interfaceEndpoints: flag.default(false),
  /** ARN of a Private CA that exists already. */
  certificateAuthorityArn: z.string().startsWith('arn:').optional(),
  /** SHORT_LIVED_CERTIFICATE costs an eighth and signs for seven days at most. */
  certificateAuthorityMode: z.enum(['GENERAL_PURPOSE', 'SHORT_LIVED_CERTIFICATE']).default('GENERAL_PURPOSE'),
  /** An image in another registry, instead of the platform's repository. */
  image: z.string().optional(),
});

export type Settings = Readonly<z.infer<typeof settingsSchema>>;

/** Reads the settings from CDK's context, `-c name=value`. Throws when one is not as expected. */
export function readSettings(node: Node): Settings {
  const entries = Object.keys(settingsSchema.shape).map((name): [string, unknown] => [name, node.tryGetContext(name)]);
  return settingsSchema.parse(Object.fromEntries(entries.filter(([, value]) => value !== undefined)));
}
