import { globSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createApp } from '../app.ts';
import { settingNames } from '../settings.ts';
import { shippedFiles } from '../shipped-files.ts';
import { synthesize } from '../templates.ts';
import {
  actionsOf,
  existingTemplates,
  otherSettings,
  otherTemplates,
  resourcesOf,
  statementsOf,
  templates,
  textOf,
} from './templates.ts';
import { yaml } from './yaml.ts';

/** What CloudFormation takes with a request; more would need a bucket. */
const templateBytesMax = 51_200;

/** What holds for both stacks: size, bootstrapping, settings, rights. */
export function stackSuite(): void {
  describe('the stacks', () => {
    it('are what the shipped files say', () => {
      for (const [name, text] of Object.entries(shippedFiles(templates)))
        expect({ name, text: textOf(`infra/templates/${name}`) }).toEqual({ name, text });
    });

    it('pass cdk-nag with every setting at its other value, and with everything there already', () => {
      expect(Object.keys(otherTemplates)).toEqual([
        'StagingOrders.template.json',
        'StagingOrdersMonitor.template.json',
        'StagingPlatform.template.json',
      ]);
      expect(Object.keys(existingTemplates)).toHaveLength(2);
    });

    it('are small enough to be deployed without a bucket, also with every setting', () => {
      const files = { ...shippedFiles(templates), ...shippedFiles(otherTemplates) };
      for (const text of Object.values(files)) expect(Buffer.byteLength(text)).toBeLessThan(templateBytesMax);
      // CDK sends a template as YAML, and asks for more in it when it runs the app
      const asByCdk = synthesize({ ...otherSettings, 'aws:cdk:enable-path-metadata': true });
      for (const template of Object.values(asByCdk))
        expect(Buffer.byteLength(yaml.stringify(template))).toBeLessThan(templateBytesMax);
    });

    it('ask for no bootstrapping, and for no assets', () => {
      const { stacks } = createApp({ outdir: mkdtempSync(join(tmpdir(), 'glueless-manifest-')) }).synth();
      expect(stacks).toHaveLength(2);
      for (const { properties = {} } of stacks.map(({ manifest }) => manifest)) {
        expect(properties).not.toHaveProperty('requiresBootstrapStackVersion');
        expect(properties).not.toHaveProperty('bootstrapStackVersionSsmParameter');
        expect(properties).not.toHaveProperty('assumeRoleArn');
        expect(properties).not.toHaveProperty('stackTemplateAssetObjectUrl');
      }
      expect(JSON.stringify(templates)).not.toMatch(/cdk-bootstrap|AssetParameters|cdk-hnb659fds/);
    });

    it('can be had several times in an account', () => {
      const staging = JSON.stringify(otherTemplates);
      expect(staging).not.toMatch(/GluelessPlatform|GluelessService|hospital|thermometer/);
      expect(staging).toContain('Glueless/StagingOrders');
      expect(staging).toContain('"Fn::ImportValue":"StagingPlatform-BucketName"');
    });

    it('have no setting that docs/deploy.md does not tell', () => {
      const page = textOf('docs/deploy.md');
      expect(settingNames.length).toBeGreaterThan(30);
      expect(settingNames.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
    });

    it('name every setting that is not as expected', () => {
      const wrong = {
        certificateAuthorityMode: 'CHEAP',
        vpcId: 'vpc-1',
        memoryMiB: '600',
        variables: '{"BATCH_AGE":"5","BATCH_ROWS_MAX":"none","LAKE":"s3://b/p","KAFKA_TLS_KEY":"k","KAFKA_AUTH":"iam"}',
      };
      const error = (): unknown => synthesize(wrong);
      expect(error).toThrow(/certificateAuthorityMode/);
      expect(error).toThrow(/BATCH_AGE: the program has no such variable/);
      expect(error).toThrow(/BATCH_ROWS_MAX: expected a whole number/);
      expect(error).toThrow(/LAKE: the stack sets it/);
      expect(error).toThrow(/KAFKA_AUTH: the settings auth and saslSecretArn/);
      expect(error).toThrow(/KAFKA_TLS_KEY: a secret belongs into Secrets Manager/);
      expect(() => synthesize({ vpcId: 'vpc-1' })).toThrow(/vpcId and subnetIds go together/);
      expect(() => synthesize({ brokerSecurityGroup: 'sg-1' })).toThrow(/reached from its own VPC/);
      expect(() => synthesize({ memoryMiB: '600' })).toThrow(/not a size that Fargate has/);
    });
  });

  describe('rights', () => {
    it('have no star for actions, and none for resources but the token of the registry', () => {
      const statements = statementsOf(templates);
      const loose = statements.filter(
        (each) =>
          actionsOf(each).some((action) => action.includes('*')) ||
          ([each.Resource].flat().includes('*') && actionsOf(each).join() !== 'ecr:GetAuthorizationToken'),
      );
      expect(statements.length).toBeGreaterThan(8);
      expect(loose).toEqual([]);
    });

    it('on the catalog are those that the program uses, and no others', () => {
      const source = globSync('src/aws/{glue,iceberg}/*.ts').map(textOf).join('\n');
      const used = [...source.matchAll(/new (\w+)Command\(|paginate(\w+)\(/g)].map(
        ([, command, pages]) => `glue:${command ?? pages}`,
      );
      const given = statementsOf(templates)
        .flatMap(actionsOf)
        .filter((action) => action.startsWith('glue:'));
      // the stack makes the database; schemas are read by those who choose Glue's registry, from one of their own
      const others = new Set(['glue:CreateDatabase', 'glue:GetSchemaVersion']);
      expect(new Set(given)).toEqual(new Set(used).difference(others));
    });

    it('are all in the list that docs/operations.md gives', () => {
      const page = textOf('docs/operations.md');
      const used = statementsOf(otherTemplates)
        .flatMap(actionsOf)
        .filter((action) => /^(s3|glue|secretsmanager|acm-pca|kms):/.test(action));
      expect(used).toContain('kms:GenerateDataKey');
      expect(used.filter((action) => !page.includes(`\`${action}\``))).toEqual([]);
    });

    it('on a key are for S3 and Secrets Manager only', () => {
      const ofKey = statementsOf(otherTemplates).filter((each) =>
        actionsOf(each).some((action) => action.startsWith('kms:')),
      );
      expect(ofKey).toHaveLength(4);
      for (const { Condition } of ofKey)
        expect(JSON.stringify(Condition)).toMatch(/kms:ViaService.*"s3\..*"secretsmanager\./);
      expect(resourcesOf(otherTemplates, 'AWS::KMS::Key')).toHaveLength(1);
    });
  });
}
