import { z } from 'zod';
import type { Clock } from '../../runtime/clock.ts';
import { fetchFailure, PipelineError } from '../../runtime/errors.ts';
import type { RestAuthorization } from './rest-client.ts';

/** Adds nothing: the catalog lets everybody in. */
export const noAuthorization: RestAuthorization = { headersFor: async () => ({}), renew: () => false };

export function bearerToken(token: string): RestAuthorization {
  return { headersFor: async () => ({ authorization: `Bearer ${token}` }), renew: () => false };
}

export interface ClientCredentials {
  /** Where tokens are asked for: the catalog's `v1/oauth/tokens`, or an identity provider's address. */
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope: string;
}

const timeoutMs = 30_000;
/** A token is renewed this long before its end. */
const marginMs = 60_000;
const defaultLifetimeSeconds = 3600;

const answerSchema = z.object({ access_token: z.string().min(1), expires_in: z.number().positive().optional() });

interface Token {
  readonly value: string;
  readonly renewAtMs: number;
}

/**
 * Asks for tokens by OAuth 2's client credentials, and for the next one before a token ends.
 * Source: https://datatracker.ietf.org/doc/html/rfc6749#section-4.4
 */
export function oauthTokens(credentials: ClientCredentials, clock: Clock): RestAuthorization {
  let token: Promise<Token> | undefined;
  const fetchToken = async (): Promise<Token> => {
    const { access_token: value, expires_in: seconds = defaultLifetimeSeconds } = await requestToken(credentials);
    const lifetimeMs = seconds * 1000;
    return { value, renewAtMs: clock.monotonicMs() + lifetimeMs - Math.min(marginMs, lifetimeMs / 2) };
  };
  const ask = (): Promise<Token> => {
    const asked = fetchToken();
    token = asked;
    // a failure is not remembered
    asked.catch(() => {
      if (token === asked) token = undefined;
    });
    return asked;
  };
  const currentToken = async (): Promise<Token> => {
    const known = token;
    const present = await known;
    if (present !== undefined && clock.monotonicMs() < present.renewAtMs) return present;
    // another caller may have asked for the next one meanwhile
    return token === known || token === undefined ? ask() : token;
  };
  return {
    headersFor: async () => ({ authorization: `Bearer ${(await currentToken()).value}` }),
    renew: () => {
      token = undefined;
      return true;
    },
  };
}

async function requestToken({
  tokenUrl,
  clientId,
  clientSecret,
  scope,
}: ClientCredentials): Promise<z.infer<typeof answerSchema>> {
  const form = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret, scope };
  try {
    const response = await fetch(tokenUrl, {
      method: 'POST',
      body: new URLSearchParams(form),
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (response.ok) return answerSchema.parse(await response.json());
    const isDenied = response.status < 500 && response.status !== 429;
    throw new PipelineError(isDenied ? 'CATALOG_DENIED' : 'CATALOG_UNAVAILABLE', {
      message: `${tokenUrl} gave no token for the client ${clientId}: status ${response.status}`,
      retryable: !isDenied,
      hint: 'check the id and the secret of the client, the scope, and the address that gives tokens',
    });
  } catch (error) {
    if (error instanceof PipelineError) throw error;
    throw new PipelineError('CATALOG_UNAVAILABLE', {
      message: `${tokenUrl} gave no token: ${fetchFailure(error)}`,
      retryable: true,
      cause: error,
    });
  }
}
