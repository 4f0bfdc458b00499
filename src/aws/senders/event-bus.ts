import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import type { Sender } from '../../outbox/sender.ts';
import { PipelineError } from '../../runtime/errors.ts';
import { clientOptions, type AwsOptions } from '../client/client-options.ts';
import { countRequests } from '../client/count-requests.ts';
import { explainAwsError } from '../client/explain-aws-error.ts';

/** Puts messages as events of the source `glueless` on an event bus; rules match by `detail-type`, which is the message's type. */
export function createEventBus({ bus, ...aws }: AwsOptions & { readonly bus: string }): Sender {
  const client = countRequests(new EventBridgeClient(clientOptions(aws)));
  return {
    send: async ({ key, type, subject, body }) => {
      const entry = {
        EventBusName: bus,
        Source: 'glueless',
        DetailType: type,
        Detail: JSON.stringify({ key, subject, ...body }),
      };
      const { FailedEntryCount = 0, Entries = [] } = await client
        .send(new PutEventsCommand({ Entries: [entry] }))
        .catch((error: unknown) => {
          throw explainAwsError(error, `event bus ${bus}`, 'DELIVERY');
        });
      // a refused event is no error of the call
      const [refused] = Entries;
      if (FailedEntryCount > 0) throw refusedBy(bus, refused?.ErrorCode, refused?.ErrorMessage);
    },
  };
}

function refusedBy(bus: string, code = 'unknown', message = ''): PipelineError {
  return new PipelineError('DELIVERY_FAILED', { message: `event bus ${bus}: ${code}: ${message}`, retryable: true });
}
