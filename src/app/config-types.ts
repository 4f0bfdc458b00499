import { z } from 'zod';
import { messageOf } from '../runtime/errors.ts';

/** What `docs/configuration.md` says of a variable. */
export interface VariableFacts {
  readonly group: string;
  readonly about: string;
  /** What a value looks like, in words: also the text of the error for any other value. */
  readonly expected: string;
  /** Never printed, whatever is wrong with it. */
  readonly secret?: boolean | undefined;
}

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

export function text(facts: Omit<VariableFacts, 'expected'> & { readonly expected?: string }) {
  return variable({ expected: 'text', ...facts }, (value) => value);
}

export function integer(min: number, max: number, facts: Omit<VariableFacts, 'expected'>) {
  return variable({ expected: `a whole number from ${min} to ${max}`, ...facts }, (value) => {
    const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
    return number >= min && number <= max ? number : undefined;
  });
}

export function decimal(min: number, max: number, facts: Omit<VariableFacts, 'expected'>) {
  return variable({ expected: `a number from ${min} to ${max}`, ...facts }, (value) => {
    const number = /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : Number.NaN;
    return number >= min && number <= max ? number : undefined;
  });
}

export function choice<const Value extends string>(values: readonly Value[], facts: Omit<VariableFacts, 'expected'>) {
  return variable({ expected: values.join(' or '), ...facts }, (value) => values.find((each) => each === value));
}

export function yesNo(facts: Omit<VariableFacts, 'expected'>) {
  return variable({ expected: 'true or false', ...facts }, (value) =>
    value === 'true' ? true : value === 'false' ? false : undefined,
  );
}

/** A set of names. */
export function list(facts: Omit<VariableFacts, 'expected'>) {
  return variable({ expected: 'names separated by commas', ...facts }, (value) => {
    const names = value.split(',').map((each) => each.trim());
    return names.includes('') ? undefined : new Set(names);
  });
}
