/** Stands where a value would have shown a secret. */
export const notShown = '(not shown)';

const pem = /-----BEGIN[^"']*?(?:-----END[^"']*?-----|(?=\\*["'])|$)/g;
const userInfo = /(?<=^|[\s"'/,=])[^\s"'/,:@=]+:[^\s"'/]+@(?=[\w[])/g;

/** The text without PEM and without the user and password of an address: for whatever is about to be printed. */
export function redact(text: string): string {
  if (!text.includes('-----BEGIN') && !text.includes('@')) return text;
  return text.replaceAll(pem, notShown).replaceAll(userInfo, `${notShown}@`);
}

/** A value as a message quotes it. What may be a key (PEM, several lines, user and password) is not shown at all. */
export function quote(value: string): string {
  return /[\r\n]/.test(value) || redact(value) !== value ? notShown : JSON.stringify(value);
}
