import { randomUUID } from 'node:crypto';
import type { MergeTools } from '../../consumer/maintain/hive/merge-tools.ts';
import { systemClock } from '../../runtime/clock.ts';
import type { ParquetSettings } from '../config/settings.ts';
import type { Lake } from '../lake/lake.ts';
import { rewriteForm } from '../lake/rewrite-form.ts';

/** What files of Hive tables are written again with. */
export function mergeParts(
  lake: Pick<Lake, 'parquet' | 'openRewriter'>,
  settings: ParquetSettings,
): Pick<MergeTools, 'parquet' | 'openRewriter' | 'clock' | 'newId'> {
  const openRewriter = () => lake.openRewriter(rewriteForm(settings));
  return { parquet: lake.parquet, openRewriter, clock: systemClock, newId: randomUUID };
}
