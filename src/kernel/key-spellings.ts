const asciiEnd = 0x80;
/** Characters that JSON writes with no escape. */
const plainAscii = /^[ !#-\[\]-~]*$/v;

/**
 * Gives the ways in which JSON mostly writes the key, between the quotes: with no escape that is not needed, and, as many programs do, with escapes
 * for all that is not ASCII. None for a key that UTF-8 can't hold.
 */
export function spellingsOf(key: string): readonly string[] {
  if (plainAscii.test(key)) return [key];
  if (!key.isWellFormed()) return [];
  const plain = JSON.stringify(key).slice(1, -1);
  const escaped = Array.from({ length: plain.length }, (_, at) => escapedUnit(plain, at)).join('');
  return plain === escaped ? [plain] : [plain, escaped];
}

function escapedUnit(text: string, at: number): string {
  const unit = text.charCodeAt(at);
  return unit < asciiEnd ? text.charAt(at) : String.raw`\u${unit.toString(16).padStart(4, '0')}`;
}
