import { recordFile } from '../kinds/record-file.ts';
import { gluelessHinted, gluelessJson, gluelessSplit } from '../peers/json/glueless.ts';
import { jsonContender } from '../support/json-contender.ts';
import { jsonPeers } from '../support/peers.ts';
import { runRounds } from '../support/rounds.ts';
import { everyKind } from '../support/variants.ts';
import type { Workload } from '../support/workload.ts';

const samplesMax = 3;

export const jsonToParquet: Workload = {
  name: 'json-to-parquet',
  about:
    'A file of JSON objects, one a line, to Parquet; no Kafka. CPU seconds of the whole process, its start included: a file has some 100 MB or more, so that it weighs little, as in a service that runs for days. Where records have an event time it is a timestamp.',
  variants: everyKind,
  run: async ({ kind, records, seed, folder, ...bench }) => {
    const file = await recordFile(kind, records, seed);
    const peers = jsonPeers.filter(({ peer }) => peer.kinds?.includes(kind.name) ?? true);
    const all = [
      { id: 'glueless', peer: gluelessJson() },
      { id: 'glueless-split', peer: gluelessSplit },
      { id: 'glueless-hinted', peer: gluelessHinted },
      ...peers,
    ];
    return runRounds(
      all.map((each) => jsonContender({ ...each, kind, file, folder })),
      { ...bench, samples: Math.min(bench.samples, samplesMax), warmUps: 0 },
    );
  },
};
