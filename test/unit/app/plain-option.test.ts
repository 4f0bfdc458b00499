import { expect, it } from 'vitest';
import { createCommandLine } from '../../../src/commands/command-line.ts';
import type { LiveVoice, Voice } from '../../../src/commands/run-command.ts';

const skip = ['skip', '--partition', '0', '--offset', '4', '--reason', 'damaged'];

it.each([['consume'], ['produce'], ['replay', '--all'], ['redrive'], skip, ['verify'], ['maintain'], ['demo']])(
  '%s shows progress on a terminal unless --plain asks for lines',
  async (...command: string[]) => {
    const voices: (Voice | LiveVoice)[] = [];
    const program = () =>
      createCommandLine(async (voice) => {
        voices.push(voice);
      });
    await program().parseAsync(command, { from: 'user' });
    await program().parseAsync([...command, '--plain'], { from: 'user' });
    expect(voices).toMatchObject([{ plain: false }, { plain: true }]);
  },
);
