import { expect, it } from 'vitest';
import { redrivenLine } from '../../../src/commands/redrive.ts';

it('what redrive prints tells of each dead letter: rows, tombstones, what stays', () => {
  const result = { passed: 1, tombstones: 0, left: 2 };
  expect(redrivenLine(result, 't', { dryRun: false })).toBe('1 dead letters of t became rows, 2 stay');
  expect(redrivenLine({ ...result, tombstones: 3 }, 't', { dryRun: false })).toBe(
    '1 dead letters of t became rows, 3 count as tombstones (empty arrays), 2 stay',
  );
  expect(redrivenLine({ ...result, tombstones: 3 }, 't', { dryRun: true })).toBe(
    '1 dead letters of t would become rows, 3 would count as tombstones (empty arrays), 2 stay',
  );
});
