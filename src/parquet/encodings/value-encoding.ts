import type { Kernel } from '../../kernel/kernel.ts';
import type { Compress } from './compression.ts';
import type { Profile } from '../encoder-options.ts';
import type { ByteWriter } from '../byte-writer.ts';
import { bitWidth, writeIds, type KernelValues } from './encodings.ts';

/** The format's numbers of its encodings. */
export const encodings = {
  plain: 0,
  rle: 3,
  deltaBinaryPacked: 5,
  deltaLengthByteArray: 6,
  rleDictionary: 8,
  byteStreamSplit: 9,
} as const;

/** What the choice of an encoding depends on beside the values. */
export interface EncodingTools {
  readonly kernel: Kernel;
  readonly profile: Profile;
  readonly compress: Compress;
}

/** An encoding chosen for the values of one column chunk; valid while the kernel holds them. */
export interface ValueEncoding {
  readonly encoding: number;
  readonly dictionary?: { readonly bytes: Uint8Array; readonly count: number };
  /** An estimate, to size pages. */
  readonly bytesPerValue: number;
  /** Minimum and maximum as the format has them; left out where they are too long. */
  readonly bounds?: { readonly min: Uint8Array; readonly max: Uint8Array };
  write(out: ByteWriter, first: number, end: number): void;
}

/** Encodes ids in the kernel's memory as indexes of a dictionary's plain bytes. */
export function idsEncoding(
  { address }: KernelValues,
  dictionary: { readonly bytes: Uint8Array; readonly count: number },
  kernel: Kernel,
): ValueEncoding {
  const width = bitWidth(Math.max(0, dictionary.count - 1));
  return {
    encoding: encodings.rleDictionary,
    dictionary,
    bytesPerValue: width / 8,
    write: (out, first, end) => {
      out.byte(width);
      const from = address + first * Int32Array.BYTES_PER_ELEMENT;
      writeIds(out, kernel, { address: from, count: end - first }, width);
    },
  };
}
