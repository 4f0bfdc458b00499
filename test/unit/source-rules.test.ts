import { describe, expect, it } from 'vitest';
import {
  circles,
  folderCircles,
  environmentReaders,
  forbiddenImports,
  fragments,
  needlessPermissions,
  strayPackages,
  type SourceTree,
} from '../support/source-rules.ts';

function planted(file: string, text: string): SourceTree {
  return new Map([[file, text]]);
}

describe('the rules of the house find what is planted', () => {
  it.each([
    ['src/consumer/ledger/planted.ts', "import type { CommitTools } from '../commit/commit-tools.ts';"],
    ['src/consumer/batch/planted.ts', "import { Ledger } from '../ledger/ledger.ts';"],
    ['src/consumer/service/planted.ts', "export { replayItem } from '../replay/replay.ts';"],
    ['src/consumer/audit/planted.ts', "const { createLogger } = await import('../../app/logger.ts');"],
    ['src/aws/planted.ts', "import {\n  commitBatch,\n} from '../consumer/commit/commit-batch.ts';"],
    ['src/kafka/planted.ts', "import { simulate } from '../producer/simulator.ts';"],
    ['src/schema/planted.ts', "import { processEnvironment } from '../runtime/environment.ts';"],
    ['src/app/config/planted.ts', "import { openLake } from '../lake/open-lake.ts';"],
    ['src/app/observe/planted.ts', "import { connectKafka } from '../kafka/connect-kafka.ts';"],
    ['src/lake/planted.ts', "import type { Settings } from '../app/config/settings.ts';"],
    ['src/app/planted.ts', "import { consume } from '../commands/consume.ts';"],
    ['src/commands/planted.ts', "import '../cli.ts';"],
    ['src/commands/planted.ts', "import { withAdmin } from '../kafka/topics.ts';"],
  ])('an import that %s must not have', (file, text) => {
    expect(forbiddenImports(planted(file, text))).toHaveLength(1);
  });

  it('nothing wrong with imports of what stands below', () => {
    const text =
      "import type { Ledger } from '../ledger/ledger.ts';\nimport { layoutOf } from '../../schema/partitions/layout.ts';";
    expect(forbiddenImports(planted('src/consumer/table/planted.ts', text))).toEqual([]);
  });

  it('what a module may import and does not', () => {
    const tree = planted('src/parquet/planted.ts', "import { useKernel } from '../kernel/kernel.ts';");
    expect(needlessPermissions(tree)).toContain('parquet may import schema');
    expect(needlessPermissions(tree)).not.toContain('parquet may import kernel');
  });

  it('a circle of types', () => {
    const tree = new Map([
      ['src/schema/a.ts', "import type { B } from './b.ts';"],
      ['src/schema/b.ts', "export type { C } from './c.ts';"],
      ['src/schema/c.ts', "import { type A } from './a.ts';"],
    ]);
    expect(circles(tree)).toEqual(['src/schema/a.ts → src/schema/b.ts → src/schema/c.ts → src/schema/a.ts']);
  });

  it('folders in a circle, though their files are in none', () => {
    const tree = new Map([
      ['src/app/lake/a.ts', "import { b } from '../write/b.ts';"],
      ['src/app/write/c.ts', "import type { D } from '../lake/d.ts';"],
      ['src/app/root.ts', "import { b } from './write/b.ts';"],
      ['src/app/write/e.ts', "import { root } from '../root.ts';"],
    ]);
    expect(circles(tree)).toEqual([]);
    expect(folderCircles(tree)).toEqual(['src/app/lake → src/app/write → src/app/lake']);
  });

  it('an SDK outside of its module', () => {
    expect(
      strayPackages(planted('src/lake/planted.ts', "import { S3Client } from '@aws-sdk/client-s3';")),
    ).toHaveLength(1);
    expect(strayPackages(planted('src/app/planted.ts', "import { Kafka } from 'kafkajs';"))).toHaveLength(1);
    const sdkType = "import type { S3Client } from '@aws-sdk/client-s3';";
    expect(strayPackages(planted('src/app/planted.ts', sdkType))).toEqual([]);
    expect(strayPackages(planted('src/consumer/planted.ts', sdkType))).toHaveLength(1);
    for (const module of ['app', 'kafka/group'])
      expect(strayPackages(planted(`src/${module}/planted.ts`, "import type { Kafka } from 'kafkajs';"))).toHaveLength(
        1,
      );
  });

  it('a second reader of the environment', () => {
    expect(environmentReaders(planted('src/aws/planted.ts', "const region = process.env['AWS_REGION'];"))).toHaveLength(
      1,
    );
  });

  it('docstrings that are no sentences', () => {
    expect(fragments(planted('src/a.ts', '/** Of the last chunk. */'))).toHaveLength(1);
    expect(fragments(planted('src/a.ts', '/**\n * From a value to its number. */'))).toHaveLength(1);
    expect(fragments(planted('src/a.ts', '/** Forgets the last chunk. */'))).toEqual([]);
  });
});
