import type { ParquetSettings } from '../config/settings.ts';
import type { RewriteForm } from './lake.ts';

/** How files are written again, as configured for new ones. */
export function rewriteForm({ codec, profile, rowGroupRows }: ParquetSettings): RewriteForm {
  return {
    codec: profile === 'compatible' && codec === 'zstd' ? 'snappy' : codec,
    isSmallest: profile === 'smallest',
    rowGroupRows,
  };
}
