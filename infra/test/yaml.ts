import { createRequire } from 'node:module';
import { z } from 'zod';

const isFunction = (made: unknown): boolean => typeof made === 'function';

/** The library that CDK brings along, and sends templates by. */
export const yaml = z
  .object({
    stringify: z.custom<(value: unknown) => string>(isFunction),
    parse: z.custom<(text: string) => unknown>(isFunction),
  })
  .parse(createRequire(createRequire(import.meta.url).resolve('aws-cdk-lib'))('yaml'));
