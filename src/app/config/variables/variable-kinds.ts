import { z } from 'zod';
import { messageOf } from '../../../runtime/errors.ts';

/** What `docs/configuration.md` says of a variable. */
export interface VariableFacts {
  readonly group: string;
  readonly about: string;
  /** What a value looks like, in words: also the text of the error for any other value. */
  readonly expected: string;
  /** Never printed, whatever is wrong with it. */
  readonly secret?: boolean | undefined;
}

type FactsWithout<Key extends keyof VariableFacts> = Omit<VariableFacts, Key>;

/**
 * A variable whose text `read` turns into a value. `undefined` from `read`, or what it throws, means that the text is no
 * such value: the problem is then what was expected, or the message that was thrown.
 */
export function variable<T>(facts: VariableFacts, read: (value: string) => T | undefined) {
  return z
    .string()
    .transform((given, context): T => {
      try {
        const value = read(given);
        if (value !== undefined) return value;
        context.addIssue({ code: 'custom', message: facts.expected });
      } catch (error) {
        context.addIssue({ code: 'custom', message: messageOf(error), params: { isComplete: true } });
      }
      return z.NEVER;
    })
    .meta({ ...facts });
}

/** One line of text that is no key: a name, an id. */
export function text(facts: FactsWithout<'expected'>) {
  return variable({ expected: 'text in one line', ...facts }, oneLine);
}

/** The path of a file, or its address in S3. A key that was put here by mistake is refused, and not shown. */
export function file(facts: FactsWithout<'expected'>) {
  return variable({ expected: 'the path of a file, or s3://bucket/key', ...facts }, (value) =>
    value.startsWith('s3:') && !/^s3:\/\/[^/]+\/./.test(value) ? undefined : oneLine(value),
  );
}

/** PEM by value. Any text is taken, so that it is never quoted; who uses it says what is wrong with it. */
export function pem(facts: FactsWithout<'expected'>) {
  return variable({ expected: 'PEM, by value', ...facts }, (value) => value);
}

/** A password: anything, never printed. */
export function password(facts: FactsWithout<'expected' | 'secret'>) {
  return variable({ expected: 'text', secret: true, ...facts }, (value) => value);
}

/** A token that goes into a header as it stands: any other text would be refused, and quoted, when it is sent first. */
export function headerToken(facts: FactsWithout<'expected' | 'secret'>) {
  return variable({ expected: 'visible characters of ASCII in one line', secret: true, ...facts }, (value) =>
    /^[\x20-\x7e]+$/.test(value) ? value : undefined,
  );
}

function oneLine(value: string): string | undefined {
  return /[\p{Cc}]|-----BEGIN/u.test(value) ? undefined : value;
}

export function integer(min: number, max: number, facts: FactsWithout<'expected'>) {
  return variable({ expected: `a whole number from ${min} to ${max}`, ...facts }, (value) => {
    const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
    return number >= min && number <= max ? number : undefined;
  });
}

export function decimal(min: number, max: number, facts: FactsWithout<'expected'>) {
  return variable({ expected: `a number from ${min} to ${max}`, ...facts }, (value) => {
    const number = /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : Number.NaN;
    return number >= min && number <= max ? number : undefined;
  });
}

export function choice<const Value extends string>(values: readonly Value[], facts: FactsWithout<'expected'>) {
  return variable({ expected: values.join(' or '), ...facts }, (value) => values.find((each) => each === value));
}

export function yesNo(facts: FactsWithout<'expected'>) {
  return variable({ expected: 'true or false', ...facts }, (value) =>
    value === 'true' ? true : value === 'false' ? false : undefined,
  );
}

/** A set of names. */
export function list(facts: FactsWithout<'expected'>) {
  return variable({ expected: 'names separated by commas', ...facts }, (value) => {
    const names = value.split(',').map((each) => each.trim());
    return oneLine(value) === undefined || names.includes('') ? undefined : new Set(names);
  });
}

/** Reads an address of HTTP; what goes into a log with it must be no secret. */
export function readHttpUrl(value: string): URL | undefined {
  const url = URL.parse(value);
  if (url === null || !/^https?:$/.test(url.protocol) || /[\p{Cc}\s?#]/u.test(value)) return undefined;
  return url.username === '' && url.password === '' ? url : undefined;
}
