import { z } from 'zod';
import type { AwsOptions } from '../client/client-options.ts';
import { readSecret } from './read-secret.ts';

const schema = z.object({ username: z.string().min(1), password: z.string().min(1) });

/** Reads user and password from a secret as MSK takes them: its name begins with `AmazonMSK_`, its value is JSON. */
export async function readSaslSecret(id: string, options: AwsOptions): Promise<z.infer<typeof schema>> {
  return readSecret(id, options, {
    schema,
    expected: 'the strings username and password',
    example: '{"username": "…", "password": "…"}',
  });
}
