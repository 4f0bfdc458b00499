import { html } from 'hono/html';
import type { SignInResult } from '../access/access.ts';
import { nameMax } from '../access/session.ts';
import type { View } from '../view.ts';
import type { Html } from '../html.ts';

const problems: Readonly<Record<Exclude<SignInResult, 'signed-in'>, string>> = {
  refused: 'This is not the token, or the name is missing.',
  'too-often': 'Too many wrong tokens: wait a minute.',
};

/** The form that asks for the token, and what was wrong with the last answer. */
export function signInPage({ base }: View, problem: Exclude<SignInResult, 'signed-in'> | undefined): Html {
  return html`<h1>Sign in</h1>
    <p>Who knows the token may acknowledge alerts. The name is noted with them.</p>
    ${problem === undefined ? '' : html`<p class="problem" role="alert">${problems[problem]}</p>`}
    <form class="sign-in" method="post" action="${base}/sign-in">
      <label for="name">Your name</label>
      <input id="name" name="name" required maxlength="${nameMax}" autocomplete="name" />
      <label for="token">Token</label>
      <input id="token" name="token" type="password" required autocomplete="current-password" />
      <button>Sign in</button>
    </form>`;
}
