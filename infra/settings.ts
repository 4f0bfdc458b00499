import type { Node } from 'constructs';
import { z } from 'zod';

const flag = z.union([z.boolean(), z.stringbool()]);

const settingsSchema = z.object({
  /** Names of what is read and written. */
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
  /** Of the topic; more consumers than partitions would have nothing to do. */
  partitions: z.coerce.number().int().min(1).max(1000).default(4),
  natGateways: z.coerce.number().int().min(1).max(2).default(1),
  /** Keeps calls to AWS off the NAT gateway, for a price per hour, endpoint and zone. */
  interfaceEndpoints: flag.default(false),
  /** A Private CA that is there already. */
  certificateAuthorityArn: z.string().startsWith('arn:').optional(),
  /** SHORT_LIVED_CERTIFICATE costs an eighth and signs for seven days at most. */
  certificateAuthorityMode: z.enum(['GENERAL_PURPOSE', 'SHORT_LIVED_CERTIFICATE']).default('GENERAL_PURPOSE'),
  /** An image elsewhere, instead of the repository that the platform makes. */
  image: z.string().optional(),
});

export type Settings = Readonly<z.infer<typeof settingsSchema>>;

/** Settings from CDK's context, `-c name=value`. Throws when one is not as expected. */
export function readSettings(node: Node): Settings {
  const entries = Object.keys(settingsSchema.shape).map((name): [string, unknown] => [name, node.tryGetContext(name)]);
  return settingsSchema.parse(Object.fromEntries(entries.filter(([, value]) => value !== undefined)));
}
