import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApp } from './app.ts';

/** Makes the CloudFormation templates by file name, as they ship for deploying without CDK. Throws when cdk-nag objects. */
export function synthesize(context: Record<string, unknown> = {}): Record<string, Template> {
  const outdir = mkdtempSync(join(tmpdir(), 'glueless-cdk-'));
  const { stacks } = createApp({ context, outdir }).synth();
  return Object.fromEntries(stacks.map(({ stackName, template }) => [`${stackName}.template.json`, template]));
}

/** The fields of a CloudFormation template that are read here. */
export interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
}

export interface Resource {
  readonly Type: string;
  // eslint-disable-next-line typescript/no-explicit-any
  readonly Properties: any;
}
