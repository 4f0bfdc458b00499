import { describe, expect, it } from 'vitest';
import { printable, printableJson } from '../../../src/runtime/printable.ts';
import { quote, redact } from '../../../src/runtime/redact.ts';

const key = '-----BEGIN PRIVATE KEY-----\nMIIEvQ\n-----END PRIVATE KEY-----';

describe('a line for people', () => {
  it.each([
    ['\u001b[2J\u001b]0;title\u0007', String.raw`\u001b[2J\u001b]0;title\u0007`],
    ['first\nsecond\r\u2028third', String.raw`first\u000asecond\u000d\u2028third`],
    ['abc\u202egpj.exe\u2066', String.raw`abc\u202egpj.exe\u2066`],
    ['\u009b31m', String.raw`\u009b31m`],
    ['tag \u{e0041}', String.raw`tag \udb40\udc41`],
    ['half \ud800 of a pair', String.raw`half \ud800 of a pair`],
  ])('shows %j instead of acting on it', (given, shown) => {
    expect(printable(given)).toBe(shown);
  });

  it('leaves words of all languages as they are', () => {
    const words = 'Überwachung 体温計 می‌خواهم 👩‍⚕️ °C';
    expect(printable(words)).toBe(words);
  });

  it('means the same as JSON', () => {
    const value = { a: '\u202e\u0085\u{e0041}', b: [1n, 2] };
    expect(printableJson(value)).not.toMatch(/[\u202e\u0085]/);
    expect(JSON.parse(printableJson(value, 2))).toEqual({ a: value.a, b: ['1', 2] });
  });
});

describe('what is printed', () => {
  it('holds no key, wherever it stands', () => {
    expect(redact(`open '${key}': no such file`)).toBe(`open '(not shown)': no such file`);
    const line = JSON.stringify({ path: key, inner: JSON.stringify({ key, cert: key }), after: 'kept' });
    expect(redact(line)).not.toContain('MIIE');
    expect(JSON.parse(redact(line))).toMatchObject({ path: '(not shown)', after: 'kept' });
    expect(redact('cut off -----BEGIN RSA PRIVATE KEY-----\nMIIE')).toBe('cut off (not shown)');
  });

  it('holds no user and password of an address', () => {
    expect(redact('can’t reach https://me:secret@host:9000/x')).toBe('can’t reach https://(not shown)@host:9000/x');
    expect(redact('brokers a:1,me:secret@b:2')).toBe('brokers (not shown)@b:2');
    expect(redact('https://me:with@and,@host')).toBe('https://(not shown)@host');
    expect(redact('a mail to me@example.com at 10:30')).toBe('a mail to me@example.com at 10:30');
  });

  it('quotes a value only when it can be no key', () => {
    expect(quote('many')).toBe('"many"');
    for (const value of [key, 'MIIEvQ\nMIIE', 'me:secret@host:1', 'https://host/?token=secret'])
      expect(quote(value)).toBe('(not shown)');
  });
});
