import { plainFiles } from './task-definition.ts';
import { formatTemplate, synthesize, type Template } from './templates.ts';

/** The files of infra/templates by name, for deploying without CDK. */
export function shippedFiles(templates: Readonly<Record<string, Template>> = synthesize()): Record<string, string> {
  const service = templates['GluelessService.template.json'];
  const plain = service === undefined ? {} : plainFiles(service);
  return Object.fromEntries([
    ...Object.entries(templates).map(([name, template]) => [name, formatTemplate(template)]),
    ...Object.entries(plain).map(([name, value]) => [name, `${JSON.stringify(value, undefined, 2)}\n`]),
  ]);
}
