import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { batchAgeSeconds, readConfig } from '../../src/app/config/config.ts';
import { assertionsOn, otherTemplates, resourcesOf, service, templates, textOf } from './templates.ts';

const alarms = Object.entries(templates['GluelessService.template.json']?.Resources ?? {}).filter(
  ([id, { Type }]) => Type === 'AWS::CloudWatch::Alarm' && id.startsWith('Alarms'),
);
const filters = resourcesOf(templates, 'AWS::Logs::MetricFilter').map(({ Properties }) => Properties);
const made = new Set(filters.map(({ MetricTransformations }) => String(MetricTransformations[0].MetricName)));

/** Alarms, and the metrics that they look at. */
export function alarmSuite(): void {
  describe('the alarms', () => {
    it('are on delay, silence, losses, damage, failures, tasks, disks and certificates', () => {
      expect(alarms.map(([id]) => id.replace(/^Alarms|[0-9A-F]{8}$/g, ''))).toEqual([
        'NothingCommitted',
        'Behind',
        'BrokerDisk',
        'Freshness',
        'DeadLetters',
        'RecordsLost',
        'RecordsUnreadable',
        'ObjectsMissing',
        'Failures',
        'Restarts',
        'BrokersSilent',
        'CertificateRefused',
        'CertificateDaysLeft',
        'NoTask',
        'RenewalNotStarted',
      ]);
      for (const [, { Properties }] of alarms) expect(Properties.AlarmDescription).toMatch(/\w{3}.*\w{3}/);
    });

    it('are silent while nothing is measured, but for those that ring at silence', () => {
      const ringing = alarms.filter(([, { Properties }]) => Properties.TreatMissingData === 'breaching');
      expect(ringing.map(([id]) => id.slice(0, -8))).toEqual(['AlarmsNothingCommitted', 'AlarmsNoTask']);
    });

    it('give a batch its age before they ring', () => {
      const slow = assertionsOn(otherTemplates, 'StagingOrders');
      slow.hasResourceProperties('AWS::CloudWatch::Alarm', { MetricName: 'EstimatedMaxTimeLag', Threshold: 600 });
      slow.hasResourceProperties('AWS::CloudWatch::Alarm', { MetricName: 'OldestRecordAgeMs', Threshold: 540_000 });
      slow.hasResourceProperties('AWS::CloudWatch::Alarm', { EvaluationPeriods: 20, TreatMissingData: 'breaching' });
    });

    it.each([
      [{}, 60],
      [{ BATCH_AGE_MAX_SECONDS: '300', COMMIT_SECONDS: '10' }, 300],
      [{ TABLE_FORMAT: 'iceberg' }, 60],
      [{ TABLE_FORMAT: 'iceberg', BATCH_AGE_MAX_SECONDS: '300', COMMIT_SECONDS: '10' }, 10],
      [{ TABLE_FORMAT: 'iceberg', BATCH_AGE_MAX_SECONDS: '5' }, 5],
    ])('know the age of a batch where a snapshot comes before it: %j', (variables, seconds) => {
      expect(batchAgeSeconds(readConfig(variables))).toBe(seconds);
    });

    it('reach their subscribers: CloudWatch and EventBridge of this account may publish, nobody without TLS', () => {
      const from = (name: string) =>
        Match.objectLike({
          Effect: 'Allow',
          Action: 'sns:Publish',
          Principal: { Service: `${name}.amazonaws.com` },
          Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
        });
      service.hasResourceProperties('AWS::SNS::TopicPolicy', {
        PolicyDocument: {
          Statement: Match.arrayWith([
            Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
            from('cloudwatch'),
            from('events'),
          ]),
        },
      });
    });

    it('are joined by messages about tasks that died, also by memory, and about deployments', () => {
      service.hasResourceProperties('AWS::Events::Rule', {
        EventPattern: Match.objectLike({
          'detail-type': ['ECS Task State Change'],
          detail: Match.objectLike({
            lastStatus: ['STOPPED'],
            $or: [{ containers: { exitCode: [{ 'anything-but': [0, 143] }] } }, { stopCode: ['TaskFailedToStart'] }],
          }),
        }),
        Targets: [Match.objectLike({ Arn: { Ref: Match.stringLikeRegexp('^AlarmsTopic') } })],
      });
      service.hasResourceProperties('AWS::Events::Rule', {
        EventPattern: Match.objectLike({ 'detail-type': ['ECS Deployment State Change'] }),
      });
    });
  });

  describe('metrics', () => {
    it('look for log lines that the consumer writes', () => {
      const source = [
        'src/cli.ts',
        'src/app/observe/log-observer.ts',
        'src/commands/consume.ts',
        'src/kafka/access/tls-material.ts',
        'src/app/kafka/watch-certificate.ts',
        'src/app/observe/broker-watch.ts',
      ]
        .map(textOf)
        .join('\n');
      const patterns = filters.map(({ FilterPattern }) => String(FilterPattern));
      expect(patterns.length).toBeGreaterThan(4);
      for (const [, message = ''] of patterns.join('\n').matchAll(/\$\.msg = "([^"*]+)/g))
        expect(source).toContain(message);
      for (const field of ['rows', 'oldestRecordAgeMs', 'deadLetters', 'daysLeft']) expect(source).toContain(field);
    });

    it('of the dashboard and of the alarms are all made', () => {
      const dashboard = JSON.stringify(resourcesOf(templates, 'AWS::CloudWatch::Dashboard'));
      const ours = [...dashboard.matchAll(/Glueless\/GluelessService\\*",\\*"(\w+)/g)].map(([, name = '']) => name);
      const inAlarms = [
        ...JSON.stringify(alarms).matchAll(/"MetricName":"(\w+)","Namespace":"Glueless\/GluelessService"/g),
      ].map(([, name = '']) => name);
      expect(ours.length).toBeGreaterThan(6);
      expect(inAlarms.length).toBeGreaterThan(6);
      expect([...ours, ...inAlarms].filter((name) => !made.has(name))).toEqual([]);
      expect([...made].filter((name) => ![...ours, ...inAlarms].includes(name))).toEqual([]);
    });
  });
}
