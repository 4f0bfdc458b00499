import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { msPerHour } from '../../runtime/duration.ts';

/** Somebody who has shown the token. */
export interface Session {
  readonly name: string;
  /** What the cookie holds. */
  readonly cookie: string;
  /** What a form must send back: another site can't know it. */
  readonly formToken: string;
}

const sessionMs = 12 * msPerHour;
export const nameMax = 80;

const claimsSchema = z.object({ name: z.string().min(1).max(nameMax), untilMs: z.number(), nonce: z.string() });

/** Opens and checks sessions. Nothing is stored: a cookie is signed by MONITOR_TOKEN, and ends with it. */
export class Sessions {
  readonly #token: string;

  constructor(token: string) {
    this.#token = token;
  }

  /** A session for who shows the right token, `undefined` for others. Takes the same time for every token. */
  open({
    token,
    name,
    nowMs,
  }: {
    readonly token: string;
    readonly name: string;
    readonly nowMs: number;
  }): Session | undefined {
    const isRight = isSame(this.#sign('token', token), this.#sign('token', this.#token));
    const claims = claimsSchema.safeParse({
      name: name.trim(),
      untilMs: nowMs + sessionMs,
      nonce: randomBytes(16).toString('hex'),
    });
    if (!isRight || !claims.success) return undefined;
    const body = Buffer.from(JSON.stringify(claims.data)).toString('base64url');
    return this.#session(claims.data.name, `${body}.${this.#sign('session', body)}`);
  }

  /** The session that a cookie holds, unless it is forged or over. */
  read(cookie: string | undefined, nowMs: number): Session | undefined {
    const [body = '', signature = ''] = cookie?.split('.') ?? [];
    if (cookie === undefined || !isSame(signature, this.#sign('session', body))) return undefined;
    const claims = claimsSchema.parse(JSON.parse(Buffer.from(body, 'base64url').toString('utf8')));
    return claims.untilMs > nowMs ? this.#session(claims.name, cookie) : undefined;
  }

  #session(name: string, cookie: string): Session {
    return { name, cookie, formToken: this.#sign('form', cookie) };
  }

  #sign(purpose: string, text: string): string {
    return createHmac('sha256', this.#token).update(`${purpose}\n${text}`).digest('base64url');
  }
}

/** Compares in a time that does not tell where two signatures differ. */
export function isSame(a: string, b: string): boolean {
  const [first, second] = [Buffer.from(a), Buffer.from(b)];
  return first.length === second.length && timingSafeEqual(first, second);
}
