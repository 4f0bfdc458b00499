import { randomUUID } from 'node:crypto';
import {
  EventBridgeClient,
  CreateEventBusCommand,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { inject } from 'vitest';
import { z } from 'zod';
import { clientOptions } from './emulator-objects.ts';

const account = '000000000000';

/** A queue of the AWS emulator that collects what event buses and SNS topics pass on. */
export class EmulatorQueue {
  readonly #name = `queue-${randomUUID().slice(0, 8)}`;
  readonly arn = `arn:aws:sqs:us-east-1:${account}:${this.#name}`;

  static async create(): Promise<EmulatorQueue> {
    const queue = new EmulatorQueue();
    await queue.#call('CreateQueue', { QueueName: queue.#name });
    return queue;
  }

  /** The messages' bodies that have arrived since the last call. */
  async receive(): Promise<unknown[]> {
    const url = `${inject('stack').aws.endpoint}/${account}/${this.#name}`;
    const answer = await this.#call('ReceiveMessage', { QueueUrl: url, MaxNumberOfMessages: 10 });
    const { Messages } = z.object({ Messages: z.array(z.object({ Body: z.string() })).default([]) }).parse(answer);
    return Messages.map(({ Body }) => JSON.parse(Body));
  }

  async #call(action: string, body: object): Promise<unknown> {
    const response = await fetch(`${inject('stack').aws.endpoint}/`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `AmazonSQS.${action}` },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${action}: ${response.status} ${await response.text()}`);
    return response.json();
  }
}

/** Makes an event bus whose events of glueless go to the queue; answers with its name. */
export async function createEventBus(queue: EmulatorQueue): Promise<string> {
  const client = new EventBridgeClient(clientOptions());
  const name = `bus-${randomUUID().slice(0, 8)}`;
  await client.send(new CreateEventBusCommand({ Name: name }));
  const rule = { EventBusName: name, Name: 'hours', EventPattern: JSON.stringify({ source: ['glueless'] }) };
  await client.send(new PutRuleCommand(rule));
  await client.send(
    new PutTargetsCommand({ EventBusName: name, Rule: 'hours', Targets: [{ Id: 'queue', Arn: queue.arn }] }),
  );
  client.destroy();
  return name;
}

/** Makes an SNS topic that the queue is subscribed to; answers with its ARN. */
export async function createSnsTopic(queue: EmulatorQueue): Promise<string> {
  const client = new SNSClient(clientOptions());
  const { TopicArn = '' } = await client.send(new CreateTopicCommand({ Name: `alerts-${randomUUID().slice(0, 8)}` }));
  await client.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: queue.arn }));
  client.destroy();
  return TopicArn;
}
