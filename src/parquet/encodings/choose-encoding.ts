import type { Kernel } from '../../kernel/kernel.ts';
import { unreachable } from '../../runtime/errors.ts';
import { writeBits } from './encodings.ts';
import type { LeafValues } from '../leaves/leaf-values.ts';
import { doubleEncoding, integerEncoding, longEncoding } from './number-encoding.ts';
import { stringEncoding } from './string-encoding.ts';
import { encodings, type EncodingTools, type ValueEncoding } from './value-encoding.ts';

/** Chooses an encoding. Allocates in the kernel for the time of the chunk. */
export function encodingOf(flat: LeafValues, tools: EncodingTools): ValueEncoding {
  const { kernel } = tools;
  switch (flat.kind) {
    case 'strings':
      return stringEncoding(flat.ids, flat.dictionary, tools);
    case 'doubles':
      return doubleEncoding(flat.values, flat.isFloat, tools);
    case 'integers':
      return integerEncoding(flat.values, flat.bytes, tools);
    case 'longs':
      return longEncoding(flat.values, tools);
    case 'booleans':
      return booleanEncoding(flat.values, kernel);
    default:
      return unreachable(flat);
  }
}

function booleanEncoding(values: Uint8Array, kernel: Kernel): ValueEncoding {
  const min = values.includes(0) ? 0 : 1;
  const max = values.includes(1) ? 1 : 0;
  return {
    encoding: encodings.plain,
    bytesPerValue: 1 / 8,
    ...(values.length > 0 && { bounds: { min: Uint8Array.of(min), max: Uint8Array.of(max) } }),
    write: (out, first, end) => writeBits(out, kernel, values.subarray(first, end)),
  };
}
