import { fetchFailure, PipelineError } from '../runtime/errors.ts';
import type { Sender } from './sender.ts';

export interface WebhookOptions {
  /** May hold a secret: never shown. */
  readonly url: string;
  readonly token?: string | undefined;
  /** In messages of errors: `HOURS_WEBHOOK_URL`. */
  readonly name: string;
}

const timeoutMs = 10_000;

/** Posts messages as JSON, with their key as `Idempotency-Key`. Any answer but 2xx is a failure; redirects are not followed. */
export function createWebhook({ url, token, name }: WebhookOptions): Sender {
  return {
    send: async ({ key, type, subject, body }) => {
      const response = await fetch(url, {
        method: 'POST',
        redirect: 'manual',
        signal: AbortSignal.timeout(timeoutMs),
        headers: {
          'content-type': 'application/json',
          'idempotency-key': key,
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
        },
        body: JSON.stringify({ key, type, subject, ...body }),
      }).catch((error: unknown) => {
        throw undelivered(`${name}: ${fetchFailure(error)}`, error);
      });
      // what it says is of no interest, and must not keep the connection
      await response.body?.cancel();
      if (!response.ok) throw undelivered(`${name}: HTTP ${response.status}`);
    },
  };
}

function undelivered(message: string, cause?: unknown): PipelineError {
  return new PipelineError('DELIVERY_FAILED', { message, retryable: true, cause });
}
