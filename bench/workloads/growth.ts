import { fields } from '../growth/fields.ts';
import { levels } from '../growth/levels.ts';
import type { Series } from '../growth/series.ts';
import { shapes } from '../growth/shapes.ts';
import { strings } from '../growth/strings.ts';
import { recordFile } from '../kinds/record-file.ts';
import { gluelessJson } from '../peers/json/glueless.ts';
import { jsonContender } from '../support/json-contender.ts';
import { runRounds, type Contender } from '../support/rounds.ts';
import type { Bench, Workload } from '../support/workload.ts';

const samplesMax = 3;
const quickShare = 0.1;

/** Limits as high as they can be set, so that all fields become columns. */
const limits = { columnsMax: 2000, depthMax: 30 };

/** One workload for each thing that grows. */
export const growth: readonly Workload[] = [fields, shapes, strings, levels].map((series): Workload => ({
  name: `growth-${series.name}`,
  about: `JSON to Parquet, where this grows: ${series.about}. SCHEMA_COLUMNS_MAX=${limits.columnsMax}, SCHEMA_DEPTH_MAX=${limits.depthMax}. The bytes of JSON are about the same.`,
  run: async (bench) =>
    runRounds(await Promise.all(series.sizes.map((size) => ofSize(bench, series, size))), {
      ...bench,
      samples: Math.min(bench.samples, samplesMax),
    }),
}));

async function ofSize(bench: Bench, { name, kindAt }: Series, size: number): Promise<Contender> {
  const kind = kindAt(size);
  const records = Math.ceil(bench.isQuick ? kind.records * quickShare : kind.records);
  return jsonContender({
    id: `glueless-${size}`,
    name: `${size.toLocaleString('en')} ${name}`,
    peer: gluelessJson(limits),
    kind,
    file: await recordFile(kind, records, bench.seed),
    folder: bench.folder,
  });
}
