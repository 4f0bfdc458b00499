import type { Settings } from '../app/config/settings.ts';
import { requireLedger } from '../app/lake/require-ledger.ts';
import { snapshotTools } from '../app/write/create-snapshots.ts';
import { exitCodes } from '../app/observe/exit-codes.ts';
import { printLines } from '../app/observe/output.ts';
import { openLake } from '../app/lake/open-lake.ts';
import { Ledger } from '../consumer/ledger/ledger.ts';
import { adoptTable, type AdoptedTable } from '../consumer/adoption/adopt-table.ts';
import { wrongUsage } from '../runtime/errors.ts';
import { systemClock } from '../runtime/clock.ts';

export interface AdoptCommandOptions {
  /** Name of the Iceberg table. */
  readonly as: string;
}

/** Makes an Iceberg table of the Hive table's files, and prints how to go on. */
export async function adopt(settings: Settings, { as: name }: AdoptCommandOptions): Promise<number> {
  const { name: source } = settings.table;
  const { topic, topics } = settings.kafka;
  if (topics.kind !== 'one')
    throw wrongUsage(
      `the files of one topic are adopted at a time, got ${topic}: set KAFKA_TOPIC to each of them in turn`,
    );
  if (name === source)
    throw wrongUsage(`--as ${name} is the name of the table that is to be adopted, expected another`);
  const [hive, iceberg] = await Promise.all([
    openLake({ ...settings.lake, tableFormat: 'hive' }),
    openLake({ ...settings.lake, tableFormat: 'iceberg' }),
  ]);
  const ledger = new Ledger(hive.store);
  const instead = `check LAKE, LAKE_TABLE and KAFKA_TOPIC; a topic that was never read into ${source} needs no adoption: TABLE_FORMAT=iceberg LAKE_TABLE=${name} begins it`;
  await requireLedger(ledger, settings, instead);
  const tools = snapshotTools(iceberg, { ledger, table: name, topic, clock: systemClock });
  if (tools === undefined) throw new TypeError('a lake of the format Iceberg has a catalog of Iceberg tables');
  let tables = 0;
  const onAdopted = (adopted: AdoptedTable): void => {
    tables++;
    printLines(lineOf(adopted));
  };
  await adoptTable({ source, hive: hive.catalog, tables: iceberg.catalog, tools, onAdopted });
  if (tables === 0)
    printLines(`${source} has no file of the topic ${topic}: its ledger is closed, and there is nothing to take in`);
  printLines(`go on with TABLE_FORMAT=iceberg LAKE_TABLE=${name}; ${source} gets nothing more, and keeps its files`);
  return exitCodes.done;
}

function lineOf({ source, name, files, rows, isKnown }: AdoptedTable): string {
  return isKnown
    ? `${name}: has the files of ${source} already`
    : `${name}: adopted ${files} files with ${rows} rows of ${source}`;
}
