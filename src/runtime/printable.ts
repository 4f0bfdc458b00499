/**
 * What a terminal acts on instead of showing it: control and escape characters, line ends, marks that turn the direction of
 * writing, lone surrogates. The joiners U+200C and U+200D stay, which words of some languages are written with.
 */
const unprintable = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]|(?![\u200c\u200d])\p{Cf}/gu;

/** One line of output: what could move the cursor, forge a line or turn the text around is written as `\u202e`. */
export function printable(text: string): string {
  return text.replaceAll(unprintable, escapeUnits);
}

/** JSON in one line, in which the same characters are escaped: it means the same to who parses it. */
export function printableJson(value: unknown, space?: number): string {
  const json = JSON.stringify(
    value,
    (_name, each: unknown) => (typeof each === 'bigint' ? each.toString() : each),
    space,
  );
  return json.split('\n').map(printable).join('\n');
}

function escapeUnits(character: string): string {
  return Array.from({ length: character.length }, (_, index) => {
    return `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`;
  }).join('');
}
