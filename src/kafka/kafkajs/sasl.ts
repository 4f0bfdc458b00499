import { createRequire } from 'node:module';
import type { AuthenticationProviderArgs, Authenticator, Mechanism } from 'kafkajs';
import type { Credentials } from '../access/credentials.ts';

const require = createRequire(import.meta.url);

/** How a client says who it is after TLS. What a connection needs is asked for when it is opened, so it may change meanwhile. */
export type Authentication =
  | { readonly kind: 'scram' | 'plain'; readonly credentials: () => Promise<Credentials> }
  | { readonly kind: 'token'; readonly token: () => Promise<string> };

type Provider = (args: AuthenticationProviderArgs) => Authenticator;

/** An OAUTHBEARER client that was refused says so with this byte, and is then told the error. Source: RFC 7628, 3.2.3. */
const acknowledgement = '\u0001';

/** What kafkajs is told of SASL. */
export function saslMechanism(authentication: Authentication): Mechanism {
  if (authentication.kind === 'token') {
    const { token } = authentication;
    return { mechanism: 'OAUTHBEARER', authenticationProvider: (args) => ({ authenticate: () => bear(token, args) }) };
  }
  const { kind, credentials } = authentication;
  const provider = passwordProvider(kind);
  return {
    mechanism: kind === 'scram' ? 'SCRAM-SHA-512' : 'PLAIN',
    authenticationProvider: (args) => ({ authenticate: () => login(credentials, provider, args) }),
  };
}

/** A password that was changed between reading and refusal is tried on the next connection, which kafkajs opens. */
async function login(
  read: () => Promise<Credentials>,
  provider: (credentials: Credentials) => Provider,
  args: AuthenticationProviderArgs,
): Promise<void> {
  const credentials = await read();
  try {
    await provider(credentials)(args).authenticate();
  } catch (error) {
    const newer = await read().catch(() => credentials);
    if (newer.username === credentials.username && newer.password === credentials.password) throw error;
    throw Object.assign(new Error('the credentials were rotated', { cause: error }), { retriable: true });
  }
}

async function bear(token: () => Promise<string>, { saslAuthenticate }: AuthenticationProviderArgs): Promise<void> {
  const refusal = (await saslAuthenticate(exchange(`n,,\u0001auth=Bearer ${await token()}\u0001\u0001`))) ?? '';
  if (refusal === '') return;
  const reason = await saslAuthenticate(exchange(acknowledgement)).catch((error: unknown) => error);
  const said = reason instanceof Error ? reason.message : 'no reason given';
  const message = `SASL OAUTHBEARER authentication failed: ${refusal} ${said}`;
  throw Object.assign(new Error(message), { retriable: false });
}

/** A message of a SASL exchange, and the text of the broker's answer. */
function exchange(message: string) {
  const Encoder = require('kafkajs/src/protocol/encoder');
  const Decoder = require('kafkajs/src/protocol/decoder');
  return {
    request: { encode: (): Buffer => new Encoder().writeBytes(Buffer.from(message)).buffer },
    response: {
      decode: (raw: Buffer): Buffer => new Decoder(raw).readBytes() ?? Buffer.alloc(0),
      parse: (answer: Buffer): string => answer.toString('utf8'),
    },
  };
}

function passwordProvider(kind: 'scram' | 'plain'): (credentials: Credentials) => Provider {
  return kind === 'scram'
    ? require('kafkajs/src/broker/saslAuthenticator/scram512')
    : require('kafkajs/src/broker/saslAuthenticator/plain');
}
