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

/** A template with a line for each resource: CloudFormation takes 51,200 bytes from a file, which spaces would fill. */
export function formatTemplate(template: Template): string {
  const sections = Object.entries(template).map(([name, section]) => {
    if (typeof section !== 'object') return `${JSON.stringify(name)}:${JSON.stringify(section)}`;
    const lines = Object.entries(section).map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`);
    return `${JSON.stringify(name)}:{\n${lines.join(',\n')}\n}`;
  });
  return `{${sections.join(',\n')}}\n`;
}
