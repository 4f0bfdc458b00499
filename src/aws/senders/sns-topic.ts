import { createHash } from 'node:crypto';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import type { Sender } from '../../outbox/sender.ts';
import { clientOptions, type AwsOptions } from '../client/client-options.ts';
import { countRequests } from '../client/count-requests.ts';
import { explainAwsError } from '../client/explain-aws-error.ts';

/** What SNS takes as the subject of an e-mail: ASCII in one line, 100 characters at most. */
const subjectMax = 100;

/** Publishes messages to an SNS topic: the body as JSON, key and type as attributes for filters. A FIFO topic drops a repeated key itself. */
export function createSnsTopic({ topic, ...aws }: AwsOptions & { readonly topic: string }): Sender {
  const client = countRequests(new SNSClient(clientOptions(aws)));
  const isFifo = topic.endsWith('.fifo');
  return {
    send: async ({ key, type, subject, body }) => {
      const once = {
        MessageGroupId: 'glueless',
        MessageDeduplicationId: createHash('sha256').update(key).digest('hex'),
      };
      const attribute = (value: string) => ({ DataType: 'String', StringValue: value });
      const command = new PublishCommand({
        TopicArn: topic,
        Subject: subject.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, subjectMax),
        Message: JSON.stringify({ key, type, subject, ...body }, undefined, 2),
        MessageAttributes: { key: attribute(key), type: attribute(type) },
        ...(isFifo && once),
      });
      await client.send(command).catch((error: unknown) => {
        throw explainAwsError(error, `SNS topic ${topic}`, 'DELIVERY');
      });
    },
  };
}
