import { expect, it } from 'vitest';
import { createCommandLine } from '../../../src/commands/command-line.ts';

it.each([
  ['produce', '--key-field', 'id'],
  ['produce', '--header', 'a=b'],
  ['produce', '--every', '5s'],
  ['verify', '--seed', '7'],
  ['alerts', '--by', 'Ada'],
])('%s %s is refused where it would have no effect', async (...command) => {
  const program = createCommandLine(async () => {
    expect.unreachable('the command was accepted');
  });
  program.configureOutput({ writeErr: () => {} });
  for (const each of program.commands) each.configureOutput({ writeErr: () => {} });
  await expect(program.parseAsync(command, { from: 'user' })).rejects.toThrow(/option '--.*' needs option '--/);
});

it('accepts an option beside the one that it needs', async () => {
  const accepted: string[] = [];
  const program = createCommandLine(async (voice) => {
    accepted.push(typeof voice === 'string' ? voice : voice.voice);
  });
  await program.parseAsync(['verify', '--sample', '3', '--seed', '7'], { from: 'user' });
  expect(accepted).toEqual(['words']);
});
