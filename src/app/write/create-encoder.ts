import type { ParquetEncoder } from '../../consumer/ports/parquet.ts';
import { createColumnEncoder } from '../../parquet/column-encoder.ts';
import { unreachable } from '../../runtime/errors.ts';
import type { ParquetSettings } from '../config/settings.ts';
import { createdBy, readVersion } from '../version/version.ts';

/** Makes the encoder that the settings name. Libraries are loaded when they are asked for. */
export async function createEncoder({ encoder, ...form }: ParquetSettings): Promise<ParquetEncoder> {
  const options = { ...form, createdBy: createdBy(readVersion()) };
  switch (encoder) {
    case 'glueless':
      return createColumnEncoder(options);
    case 'hyparquet': {
      const { createHyparquetEncoder } = await import('../../parquet/other-encoders/hyparquet-encoder.ts');
      return createHyparquetEncoder(options);
    }
    case 'parquetjs-lite': {
      const { createParquetjsEncoder } = await import('../../parquet/other-encoders/parquetjs-encoder.ts');
      return createParquetjsEncoder(options);
    }
    default:
      return unreachable(encoder);
  }
}
