/** Stands where a value would have shown a secret. */
export const notShown = '(not shown)';

const pem = /-----BEGIN[^"']*?(?:-----END[^"']*?-----|(?=\\*["'])|$)/g;
const userInfo = /(?<=^|[\s"'/,=])[^\s"'/,:@=]+:[^\s"'/]+@(?=[\w[])/g;

/** The text without PEM and without the user and password of an address: for whatever is about to be printed. */
export function redact(text: string): string {
  if (!text.includes('-----BEGIN') && !text.includes('@')) return text;
  return text.replaceAll(pem, notShown).replaceAll(userInfo, `${notShown}@`);
}

/** Most characters of a value that a message quotes: enough to know it again. */
const quotedMax = 200;

/** A value as a message quotes it: the beginning of a long one, and its length. What may be a key (PEM, several lines, user and password, an address's query) is not shown at all. */
export function quote(value: string): string {
  const isSecret = /[\r\n]/.test(value) || redact(value) !== value || addressWithQuery.test(value) || mayBeKey(value);
  if (isSecret) return notShown;
  if (value.length <= quotedMax) return JSON.stringify(value);
  return `${JSON.stringify(`${value.slice(0, quotedMax)}…`.toWellFormed())} (${value.length} characters)`;
}

const addressWithQuery = /:\/\/\S*[?#]\S/;

const passwordPattern = /pass(?:word|phrase|wd)?["']?\s*[=:]/i;
/** Keys in Base64, with or without PEM around them, are long and mix all kinds of characters; so are AWS's secret access keys. */
const longRun = /[A-Za-z0-9+=]{24,}/g;
const accessKey = /^[A-Za-z0-9/+=]{40}$/;

function mayBeKey(value: string): boolean {
  const runs = value.match(longRun) ?? [];
  return passwordPattern.test(value) || [...runs, ...(accessKey.test(value) ? [value] : [])].some(isMixed);
}

function isMixed(run: string): boolean {
  return /[a-z]/.test(run) && /[A-Z]/.test(run) && /[0-9+/=]/.test(run);
}
