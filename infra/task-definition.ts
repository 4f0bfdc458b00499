import type { Resource, Template } from './templates.ts';

/** Files for whoever deploys with other tools: the consumer's task definition, and the rights of its role. */
export function plainFiles(service: Template): Record<string, unknown> {
  const resources = Object.entries(service.Resources);
  const find = (type: string, id: RegExp): Resource => {
    const found = resources.find(([name, { Type }]) => Type === type && id.test(name));
    if (found === undefined) throw new RangeError(`no ${type} ${id} in the template`);
    return found[1];
  };
  const task = find('AWS::ECS::TaskDefinition', /^TasksConsumer/).Properties;
  const policy = find('AWS::IAM::Policy', /^TasksConsumerRole/).Properties;
  return {
    'consumer-task-definition.json': forRegistering({ ...task, Family: 'glueless-consumer' }),
    'consumer-role-policy.json': withPlaceholders(policy.PolicyDocument),
  };
}

/** The properties as `aws ecs register-task-definition --cli-input-json` takes them. */
function forRegistering(properties: unknown): unknown {
  const plain = withPlaceholders(properties);
  return mapKeys(plain, (key) => key.charAt(0).toLowerCase() + key.slice(1));
}

function mapKeys(value: unknown, rename: (key: string) => string): unknown {
  if (Array.isArray(value)) return value.map((each) => mapKeys(each, rename));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [rename(key), mapKeys(each, rename)]));
}

/** Replaces what only CloudFormation knows by a name in angle brackets. */
function withPlaceholders(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withPlaceholders);
  if (typeof value !== 'object' || value === null) return value;
  const [[key, argument] = ['', undefined]] = Object.entries(value);
  switch (key) {
    case 'Ref':
      return `<${nameOf(String(argument))}>`;
    case 'Fn::ImportValue':
      return `<${String(argument).split('-').at(-1)}>`;
    case 'Fn::GetAtt':
      return `<${nameOf(String(argument[0]))}${String(argument[1])}>`;
    case 'Fn::Join':
      return argument[1].map(withPlaceholders).join(argument[0]);
    default:
      return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, withPlaceholders(each)]));
  }
}

/** The name of a resource or of a pseudo parameter, without what CDK and CloudFormation put around it. */
function nameOf(logicalId: string): string {
  return logicalId.replaceAll(/^AWS::|^Tasks|[0-9A-F]{8}$/g, '');
}
