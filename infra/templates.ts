import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApp } from './app.ts';

/** Templates by file name, as they are shipped for those who deploy without CDK. Throws when cdk-nag objects. */
export function synthesize(context: Record<string, unknown> = {}): Record<string, Template> {
  const outdir = mkdtempSync(join(tmpdir(), 'glueless-cdk-'));
  const { stacks } = createApp({ context, outdir }).synth();
  return Object.fromEntries(stacks.map(({ stackName, template }) => [`${stackName}.template.json`, template]));
}

/** The parts of a CloudFormation template that we look at. */
export interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
}

export interface Resource {
  readonly Type: string;
  // eslint-disable-next-line typescript/no-explicit-any
  readonly Properties: any;
}
