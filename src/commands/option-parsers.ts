import { InvalidArgumentError } from 'commander';
import { tableNameExpected, tableNamePattern } from '../app/config/variables/lake-variables.ts';
import { systemClock } from '../runtime/clock.ts';
import { parseDuration } from '../runtime/duration.ts';
import { isIsoDay, parseIsoTime } from '../runtime/iso-time.ts';

/** Parsers of command-line values: throw commander's error with what was expected. */

export function wholeNumber(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('expected a whole number');
}

/** How many: none would be nothing to do. */
export function count(text: string): number {
  const value = wholeNumber(text);
  if (value > 0) return value;
  throw new InvalidArgumentError('expected a whole number above 0');
}

/** -1 leaves it to the broker. */
export function replication(text: string): number {
  return text === '-1' ? -1 : count(text);
}

export function positiveNumber(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError('expected a number above 0');
}

export function share(text: string): number {
  const value = Number(text);
  if (text !== '' && value >= 0 && value <= 1) return value;
  throw new InvalidArgumentError('expected a share from 0 to 1, like 0.02');
}

/** Milliseconds. */
export function duration(text: string): number {
  const value = parseDuration(text);
  if (value !== undefined) return value;
  throw new InvalidArgumentError('expected a duration like 500ms, 90s, 15m, 2h or 1d');
}

export function offset(text: string): bigint {
  if (/^\d{1,19}$/.test(text)) return BigInt(text);
  throw new InvalidArgumentError('expected an offset: a whole number');
}

/** A day stands for its first moment in UTC. Without a zone a time would be another one wherever TZ is. */
export function time(text: string): Date {
  const timeMs = isIsoDay(text) ? Date.parse(text) : parseIsoTime(text);
  if (timeMs !== undefined) return new Date(timeMs);
  throw new InvalidArgumentError('expected a time like 2026-11-23T09:00:00Z, with its zone, or a day like 2026-11-23');
}

/** What has been since a time to come is nothing. */
export function pastTime(text: string): Date {
  const value = time(text);
  if (value.getTime() <= systemClock.nowMs()) return value;
  throw new InvalidArgumentError('expected a time that has passed');
}

export function day(text: string): string {
  if (isIsoDay(text)) return text;
  throw new InvalidArgumentError('expected a day like 2026-11-23');
}

export function words(text: string): string {
  if (text.trim() !== '' && text.length <= 500) return text.trim();
  throw new InvalidArgumentError('expected some words, 500 characters at most');
}

/** Collects what is given several times. */
export function several(text: string, before: readonly string[] = []): string[] {
  if (text.trim() === '') throw new InvalidArgumentError('expected some text');
  return [...before, text];
}

/** Collects `name=value`, given several times. */
export function setting(text: string, before: Readonly<Record<string, string>>): Record<string, string> {
  const at = text.indexOf('=');
  if (at <= 0) throw new InvalidArgumentError('expected name=value');
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
}

export function tableName(value: string): string {
  if (tableNamePattern.test(value)) return value;
  throw new InvalidArgumentError(`expected ${tableNameExpected}`);
}

/** Name and version of a certificate template of AWS Private CA. */
export function template(value: string): string {
  if (/^\w+\/V\d+$/.test(value)) return value;
  throw new InvalidArgumentError('expected a name with its version, like EndEntityCertificate/V1');
}

export function commonName(value: string): string {
  if (/^[\w.-]{1,64}$/.test(value)) return value;
  throw new InvalidArgumentError('expected letters, digits, dots, dashes and underscores, 64 at most');
}
