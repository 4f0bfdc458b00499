import { describe, expect, it } from 'vitest';
import { ownMemory } from '../../../src/kafka/format/record-memory.ts';

describe('memory that records were unpacked into', () => {
  it('goes back to the system at once', () => {
    const bytes = Buffer.alloc(100_000);
    ownMemory(bytes).recycle();
    expect(bytes).toHaveLength(0);
  });

  it('stays when Node shares it between small buffers', () => {
    const [bytes, other] = [Buffer.from('unpacked'), Buffer.from('of somebody else')];
    ownMemory(bytes).recycle();
    expect(other.toString()).toBe('of somebody else');
  });
});
