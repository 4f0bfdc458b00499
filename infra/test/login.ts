import { describe, expect, it } from 'vitest';
import { synthesize, type Template } from '../templates.ts';
import { actionsOf, existingSettings, resourcesOf, statementsOf, type Templates } from './templates.ts';

const saslSecretArn = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:AmazonMSK_glueless-a1b2c3';
const { certificateAuthorityArn: _, ...existing } = existingSettings;
const clusterArn = 'arn:aws:kafka:eu-west-1:111122223333:cluster/shared/12345678-1234-1234-1234-123456789012-5';

const environmentOf = (made: Templates): Record<string, string> => {
  const [task] = resourcesOf(made, 'AWS::ECS::TaskDefinition').filter(({ Properties }) =>
    Properties.ContainerDefinitions[0].Command.includes('consume'),
  );
  const variables: { readonly Name: string; readonly Value: string }[] =
    task?.Properties.ContainerDefinitions[0].Environment;
  return Object.fromEntries(variables.map(({ Name, Value }) => [Name, Value]));
};

const kafkaStatements = (made: Templates): [actions: string, resource: string][] =>
  statementsOf(made)
    .filter((each) => actionsOf(each).some((action) => action.startsWith('kafka-cluster:')))
    .map((each) => [actionsOf(each).join(), JSON.stringify(each.Resource)]);

const authenticationOf = (made: Readonly<Record<string, Template>>): unknown =>
  resourcesOf(made, 'AWS::MSK::Cluster')[0]?.Properties.ClientAuthentication;

/** Ways to log in other than by certificate. Each synthesis passes cdk-nag, or throws. */
export function loginSuite(): void {
  describe('logging in', () => {
    it('by IAM allows the tasks what they need of cluster, topic and group, and nothing else', () => {
      const made = synthesize({ ...existing, clusterArn, auth: 'iam', topic: 'orders', group: 'orders-lake' });
      expect(
        kafkaStatements(made).map(([actions, resource]) => [
          actions,
          /:(cluster|topic|group)\/[^"]+/.exec(resource)?.[0],
        ]),
      ).toEqual([
        ['kafka-cluster:Connect', ':cluster/shared/12345678-1234-1234-1234-123456789012-5'],
        [
          'kafka-cluster:DescribeTopic,kafka-cluster:ReadData',
          ':topic/shared/12345678-1234-1234-1234-123456789012-5/orders',
        ],
        [
          'kafka-cluster:DescribeGroup,kafka-cluster:AlterGroup',
          ':group/shared/12345678-1234-1234-1234-123456789012-5/orders-lake',
        ],
        ['kafka-cluster:Connect', ':cluster/shared/12345678-1234-1234-1234-123456789012-5'],
        [
          'kafka-cluster:CreateTopic,kafka-cluster:DescribeTopic,kafka-cluster:WriteData',
          ':topic/shared/12345678-1234-1234-1234-123456789012-5/orders',
        ],
      ]);
      expect(environmentOf(made)).toMatchObject({ KAFKA_AUTH: 'iam' });
      expect(environmentOf(made)).not.toHaveProperty('KAFKA_TLS_SECRET_ID');
    });

    it('by IAM makes a cluster that knows no other way, with no authority, no certificates and no renewal', () => {
      const made = synthesize({ auth: 'iam' });
      expect(authenticationOf(made)).toEqual({
        Sasl: { Iam: { Enabled: true }, Scram: { Enabled: false } },
        Tls: { Enabled: false },
        Unauthenticated: { Enabled: false },
      });
      const text = JSON.stringify(made);
      expect(text).not.toMatch(/AWS::ACMPCA|AWS::SecretsManager::Secret"|cert","request/);
      expect(text).toContain('"FromPort":9098');
    });

    it('by SCRAM hands MSK the secret, and the tasks the right to read it', () => {
      const made = synthesize({ auth: 'scram', saslSecretArn });
      expect(authenticationOf(made)).toMatchObject({ Sasl: { Scram: { Enabled: true } } });
      expect(resourcesOf(made, 'AWS::MSK::BatchScramSecret')).toMatchObject([
        { Properties: { SecretArnList: [saslSecretArn] } },
      ]);
      expect(environmentOf(made)).toMatchObject({ KAFKA_AUTH: 'scram', KAFKA_SASL_SECRET_ID: saslSecretArn });
      const reading = statementsOf(made).filter((each) => actionsOf(each).includes('secretsmanager:GetSecretValue'));
      expect(reading.map(({ Resource }) => Resource)).toEqual([saslSecretArn, saslSecretArn]);
    });

    it('by password is for brokers that are not MSK’s', () => {
      const made = synthesize({ ...existing, auth: 'plain', saslSecretArn });
      expect(environmentOf(made)).toMatchObject({ KAFKA_AUTH: 'plain', KAFKA_SASL_SECRET_ID: saslSecretArn });
    });

    it.each([
      [{ auth: 'scram' }, /auth scram or plain and saslSecretArn go together/],
      [{ saslSecretArn }, /auth scram or plain and saslSecretArn go together/],
      [{ auth: 'plain', saslSecretArn }, /MSK knows no SASL\/PLAIN/],
      [{ ...existing, auth: 'iam' }, /only MSK lets clients in by IAM/],
    ])('is refused where it makes no sense: %j', (settings, problem) => {
      expect(() => synthesize(settings)).toThrow(problem);
    });

    it('settles hours and sends messages only where the variables ask for it', () => {
      const variables = JSON.stringify({
        HOURS_EVERY_SECONDS: '60',
        HOURS_EVENT_BUS: 'ward',
        ALERT_COLUMN: 'temperature',
        ALERT_SNS_TOPIC: 'arn:aws:sns:eu-west-1:111122223333:alerts',
      });
      const given = (made: Templates) =>
        statementsOf(made).flatMap((each) => actionsOf(each).map((action) => [action, JSON.stringify(each.Resource)]));
      const asked = ['sns:Publish', 'events:PutEvents', 'athena:StartQueryExecution', 'glue:CreateTable'];
      const found = given(synthesize({ variables })).filter(([action = '']) => asked.includes(action));
      expect(found).toHaveLength(asked.length);
      expect(found).toContainEqual(['athena:StartQueryExecution', expect.stringContaining('workgroup')]);
      expect(found).toContainEqual(['sns:Publish', '"arn:aws:sns:eu-west-1:111122223333:alerts"']);
      expect(found).toContainEqual(['events:PutEvents', expect.stringContaining('event-bus/ward')]);
      expect(found).toContainEqual(['glue:CreateTable', expect.stringContaining('_hours')]);
      const always = given(synthesize({}));
      expect(
        always.filter(([action = '', on]) => asked.slice(0, 3).includes(action) || on?.includes('_hours')),
      ).toEqual([]);
    });

    it('reads schemas of Glue’s registry only where the variables ask for it', () => {
      const variables = '{"VALUE_FORMAT":"avro","SCHEMA_REGISTRY_GLUE":"true"}';
      const allowed = statementsOf(synthesize({ variables })).flatMap(actionsOf);
      expect(allowed.filter((action) => action === 'glue:GetSchemaVersion')).toHaveLength(1);
    });
  });
}
