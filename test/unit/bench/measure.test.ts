import { describe, expect, it } from 'vitest';
import { measureProcess } from '../../../bench/support/measure.ts';

describe('a process that is measured', () => {
  it('says why it could not be started', async () => {
    const command = { command: 'true', args: [], env: { PATH: '/nowhere' } };
    await expect(measureProcess(command)).rejects.toThrow('spawn python3 ENOENT');
  });
});
