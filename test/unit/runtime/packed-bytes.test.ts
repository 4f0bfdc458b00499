import fc from 'fast-check';
import { assert, describe, expect, it } from 'vitest';
import { newBytes } from '../../../src/runtime/growing-array.ts';
import { PackedBytes, SpareBytes } from '../../../src/runtime/packed-bytes.ts';
import { runs } from '../../support/fuzzing.ts';

/** Bytes in runs, long and short. */
const pieces = fc
  .array(fc.tuple(fc.nat(3), fc.oneof(fc.nat(3), fc.nat(300), fc.nat(70_000))), { maxLength: 20 })
  .map((all) => Buffer.concat(all.map(([byte, length]) => Buffer.alloc(length, byte))));
const noise = fc.uint8Array({ maxLength: 4000 });
const steps = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.oneof(pieces, noise) },
    { weight: 2, arbitrary: fc.constant('pack' as const) },
    { weight: 1, arbitrary: fc.constant('finish' as const) },
  ),
  { maxLength: 12 },
);

describe('bytes that are packed', () => {
  it('are those that were added, in order, however often they are packed', () => {
    fc.assert(
      fc.property(steps, fc.boolean(), (all, hasRoom) => {
        const bytes = new PackedBytes(newBytes);
        const room = hasRoom ? new SpareBytes() : undefined;
        const added: Uint8Array[] = [];
        const areSame = (): boolean => Buffer.compare(bytes.finish(room), Buffer.concat(added)) === 0;
        for (const step of all) {
          if (step === 'pack') bytes.pack();
          else if (step === 'finish') assert(areSame());
          else {
            bytes.append(step);
            added.push(step);
          }
        }
        expect(bytes.length).toBe(added.reduce((sum, each) => sum + each.length, 0));
        expect(areSame()).toBe(true);
      }),
      runs(300),
    );
  });

  it('are held as they are until they are packed', () => {
    const bytes = new PackedBytes(newBytes);
    bytes.append(new Uint8Array(100_000));
    bytes.push(1);
    expect(bytes.unpackedLength).toBe(100_001);
    bytes.pack();
    expect([bytes.unpackedLength, bytes.length]).toEqual([0, 100_001]);
  });
});
