import { appendFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect } from 'vitest';

const { FUZZ_SECONDS: seconds, FUZZ_SEED: seed, FUZZ_COUNTS: counts } = process.env;

/** Tries more than anyone waits for: in the fuzz lane the time decides. */
const endless = 1_000_000_000;

/**
 * Parameters of a property: `count` tries in the fast lane; in the fuzz lane (`npm run fuzz`) as many as fit into its time, from the lane's
 * seed on. A failure says the seed and the path that repeat it.
 */
export function runs(count = 100): fc.Parameters<unknown> {
  if (seconds === undefined) return { numRuns: count };
  return {
    numRuns: endless,
    interruptAfterTimeLimit: Number(seconds) * 1000,
    markInterruptAsFailure: false,
    ...(seed !== undefined && { seed: Number(seed) }),
    reporter: report,
  };
}

/** Records that the property under test was tried with; properties of one file are tested one after the other. */
let records = 0;

/** Counts records of a try, which the fuzz lane tells. */
export function countRecords(count: number): void {
  records += count;
}

function report(details: fc.RunDetails<unknown>): void {
  if (details.failed) throw new Error(fc.defaultReportMessage(details), { cause: details.errorInstance });
  const { currentTestName } = expect.getState();
  if (counts !== undefined)
    appendFileSync(counts, `${JSON.stringify({ name: currentTestName, runs: details.numRuns, records })}\n`);
  records = 0;
}
