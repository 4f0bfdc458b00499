import type { Context, MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { getCookie, setCookie, deleteCookie } from 'hono/cookie';
import { z } from 'zod';
import type { Clock } from '../../runtime/clock.ts';
import { AttemptLimit } from './attempt-limit.ts';
import { isSame, Sessions, type Session } from './session.ts';

/** Who asks, and whether they may change anything. */
export type Access =
  /** There is no MONITOR_TOKEN: nobody may. */
  | { readonly kind: 'read-only' }
  | { readonly kind: 'reader' }
  | { readonly kind: 'signed-in'; readonly session: Session };

export type SignInResult = 'signed-in' | 'refused' | 'too-often';

const cookieName = 'glueless_session';
const formBytesMax = 16 * 1024;

export interface AccessOptions {
  readonly token: string | undefined;
  readonly clock: Clock;
  readonly base: string;
  /** The browser sends the cookie over TLS only. */
  readonly isSecure: boolean;
}

/** Forms are small: what is larger is no form of ours. */
export const smallForms = (): MiddlewareHandler => bodyLimit({ maxSize: formBytesMax });

/** Tells who asks by a cookie, and gives and takes it. */
export class AccessControl {
  readonly #options: AccessOptions;
  readonly #sessions: Sessions | undefined;
  readonly #limit: AttemptLimit;

  constructor(options: AccessOptions) {
    this.#options = options;
    this.#sessions = options.token === undefined ? undefined : new Sessions(options.token);
    this.#limit = new AttemptLimit(options.clock);
  }

  of(context: Context): Access {
    if (this.#sessions === undefined) return { kind: 'read-only' };
    const session = this.#sessions.read(getCookie(context, cookieName), this.#options.clock.nowMs());
    return session === undefined ? { kind: 'reader' } : { kind: 'signed-in', session };
  }

  /** Signs in who sends the right token. */
  async signIn(context: Context): Promise<SignInResult> {
    const { token, name } = await readForm(context);
    // nothing is awaited from here on: forms that arrive together are counted one by one
    if (this.#limit.isReached()) return 'too-often';
    const session = this.#sessions?.open({ token, name, nowMs: this.#options.clock.nowMs() });
    if (session === undefined) {
      this.#limit.noteFailure();
      return 'refused';
    }
    setCookie(context, cookieName, session.cookie, this.#cookieOptions());
    return 'signed-in';
  }

  signOut(context: Context): void {
    deleteCookie(context, cookieName, this.#cookieOptions());
  }

  /** The session of a form that one of our pages made for it; `undefined` for any other form. */
  async ofForm(context: Context): Promise<Session | undefined> {
    const access = this.of(context);
    const { form } = await readForm(context);
    return access.kind === 'signed-in' && isSame(form, access.session.formToken) ? access.session : undefined;
  }

  #cookieOptions() {
    const { base, isSecure } = this.#options;
    return { httpOnly: true, sameSite: 'Strict' as const, path: `${base}/`, secure: isSecure };
  }
}

const formSchema = z.object({
  token: z.string().catch(''),
  name: z.string().catch(''),
  form: z.string().catch(''),
  id: z.string().catch(''),
});

/** The fields of our forms; empty where a form does not have one. */
export async function readForm(context: Context) {
  return formSchema.parse(await context.req.parseBody());
}
