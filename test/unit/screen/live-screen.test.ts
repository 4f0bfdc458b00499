import { describe, expect, it, vi } from 'vitest';
import { LiveScreen } from '../../../src/app/screen/live-screen.ts';
import { logToScreen } from '../../../src/app/screen/log-to-screen.ts';
import { mayShowScreen } from '../../../src/app/screen/open-screen.ts';
import { createLogger } from '../../../src/app/observe/logger.ts';
import type { Row } from '../../../src/app/screen/screen.ts';
import { TestTerminal } from '../../support/terminal.ts';

/** A condition is waited for as long as a busy machine takes. */
const patient = { timeout: 30_000 };

const rowsOf = (...texts: string[]): Row[] => texts.map((text) => ({ label: 'records', items: [{ text }] }));

async function show(terminal: TestTerminal, rows: () => Row[], summary: () => Row[] = () => []) {
  const screen = new LiveScreen(terminal);
  const shown = screen.show(rows, summary);
  await vi.waitFor(async () => expect(await terminal.lines()).not.toEqual([]), patient);
  return { screen, shown };
}

describe('the screen', () => {
  it('is drawn over and over, while printed lines scroll above it', async () => {
    const terminal = new TestTerminal(40, 6);
    let count = 1;
    const { screen, shown } = await show(terminal, () => rowsOf(`${count}`));
    for (; count < 12; count++) screen.print({ text: `line ${count}` });
    await vi.waitFor(async () => expect((await terminal.lines()).at(-1)).toBe('records  12'), patient);
    const printed = Array.from({ length: 11 }, (_, at) => `line ${at + 1}`);
    expect(await terminal.lines()).toEqual([...printed, 'records  12']);
    await shown[Symbol.asyncDispose]();
  });

  it('leaves a summary and a clean line when it ends', async () => {
    const terminal = new TestTerminal();
    const { screen, shown } = await show(
      terminal,
      () => rowsOf('going on', 'and on'),
      () => rowsOf('done'),
    );
    // what the terminal itself writes for Ctrl-C
    terminal.write('^C');
    screen.note({ text: 'stopping' });
    await shown[Symbol.asyncDispose]();
    screen.close();
    expect(await terminal.lines()).toEqual(['records  done', 'log      stopping']);
    expect(await terminal.cursor()).toEqual({ column: 0, line: 2 });
    expect(terminal.listenerCount).toBe(0);
  });

  it('leaves nothing when it is closed by a failure', async () => {
    const terminal = new TestTerminal();
    const { screen, shown } = await show(terminal, () => rowsOf('going on'));
    screen.close();
    expect({ lines: await terminal.lines(), cursor: await terminal.cursor() }).toEqual({
      lines: [],
      cursor: { column: 0, line: 0 },
    });
    await shown[Symbol.asyncDispose]();
  });

  it('survives a terminal that becomes narrower, wider and lower', async () => {
    const terminal = new TestTerminal(80, 24);
    const wide = rowsOf('a'.repeat(60), 'b'.repeat(60), 'c');
    const { screen, shown } = await show(terminal, () => wide);
    screen.print({ text: 'before' });
    await terminal.resize(40, 24);
    expect(await terminal.lines()).toEqual([
      'before',
      `records  ${'a'.repeat(29)}…`,
      `records  ${'b'.repeat(29)}…`,
      'records  c',
    ]);
    await terminal.resize(100, 24);
    expect(await terminal.lines()).toEqual([
      'before',
      `records  ${'a'.repeat(60)}`,
      `records  ${'b'.repeat(60)}`,
      'records  c',
    ]);
    await terminal.resize(100, 3);
    expect((await terminal.lines()).slice(-2)).toEqual([`records  ${'a'.repeat(60)}`, `records  ${'b'.repeat(60)}`]);
    await shown[Symbol.asyncDispose]();
  });

  it('steps aside for what is printed on stdout', async () => {
    const terminal = new TestTerminal();
    const { screen, shown } = await show(terminal, () => rowsOf('going on'));
    screen.aside(() => terminal.write('a result\n'));
    expect(await terminal.lines()).toEqual(['a result', 'records  going on']);
    await shown[Symbol.asyncDispose]();
  });

  it('tells what went wrong with its own numbers, and lets the work go on', async () => {
    const terminal = new TestTerminal();
    const { shown } = await show(terminal, () => {
      throw new Error('no numbers');
    });
    expect(await terminal.lines()).toEqual(['screen  no numbers']);
    await shown[Symbol.asyncDispose]();
  });
});

describe('what records bring to the screen', () => {
  it('moves no cursor, forges no line and turns no text around', async () => {
    const terminal = new TestTerminal(100, 10);
    const hostile = 'ward\u001b[2J\u001b]0;title\u0007\u009b1A\nrecords  0\u202egnorw\r';
    const { screen, shown } = await show(terminal, () => rowsOf(hostile));
    screen.print({ text: hostile, tone: 'error' });
    const escaped = String.raw`ward\u001b[2J\u001b]0;title\u0007\u009b1A\u000arecords  0\u202egnorw\u000d`;
    expect(await terminal.lines()).toEqual([escaped, `records  ${escaped}`]);
    await shown[Symbol.asyncDispose]();
  });

  it('may be as wide as it likes: characters of two columns, combined ones, emoji', async () => {
    const terminal = new TestTerminal(24, 10);
    const { screen, shown } = await show(terminal, () => rowsOf('体温計体温計体温計', 'e\u0301'.repeat(30), '👩‍⚕️👩‍⚕️'));
    screen.print({ text: 'x' });
    const lines = await terminal.lines();
    expect(lines).toHaveLength(4);
    expect(lines[1]).toBe('records  体温計体温計…');
    expect(lines[2]?.normalize('NFD')).toBe(`records  ${'e\u0301'.repeat(13)}…`);
    await shown[Symbol.asyncDispose]();
  });
});

describe('the log on a screen', () => {
  const open = async () => {
    const terminal = new TestTerminal(120, 10);
    const { screen, shown } = await show(terminal, () => rowsOf('1'));
    return { terminal, shown, log: createLogger('info', logToScreen(screen)) };
  };

  it('lets warnings scroll, with what to do, and keeps the newest other line in a row', async () => {
    const { terminal, shown, log } = await open();
    log.warn({ step: 'put', attempt: 2, hint: 'look at the store' }, 'step failed, trying again');
    log.info({ partition: 0 }, 'batch committed');
    const lines = await terminal.lines();
    expect(lines).toEqual([
      expect.stringMatching(/^\d\d:\d\d:\d\d WARN step failed, trying again: step=put, attempt=2$/),
      '  what to do: look at the store',
      'records  1',
      expect.stringMatching(/^log {6}\d\d:\d\d:\d\d batch committed: partition=0$/),
    ]);
    await shown[Symbol.asyncDispose]();
  });

  it('shows no secrets and no control characters', async () => {
    const { terminal, shown, log } = await open();
    log.error({ error: 'https://bob:secret@store/ \u001b[2J' }, 'failed');
    const [line = ''] = await terminal.lines();
    expect(line).toMatch(/ERROR failed: error=https:\/\/\(not shown\)@store\/ \\u001b\[2J$/);
    await shown[Symbol.asyncDispose]();
  });
});

describe('a terminal', () => {
  const request = { isTerminal: true, isPlain: false, environment: { TERM: 'xterm' } };

  it('gets a screen', () => {
    expect(mayShowScreen(request)).toBe(true);
    expect(mayShowScreen({ ...request, environment: { CI: 'false', NO_COLOR: '' } })).toBe(true);
  });

  it.each([
    ['it is none', { ...request, isTerminal: false }],
    ['--plain is given', { ...request, isPlain: true }],
    ['NO_COLOR is set', { ...request, environment: { NO_COLOR: '1' } }],
    ['it is dumb', { ...request, environment: { TERM: 'dumb' } }],
    ['a build runs', { ...request, environment: { CI: 'true' } }],
  ])('gets plain lines when %s', (_, each) => {
    expect(mayShowScreen(each)).toBe(false);
  });
});
