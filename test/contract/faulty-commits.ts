import type { IcebergCatalog } from '../../src/iceberg/iceberg-catalog.ts';
import { startFaultyProxy, type Fault, type Request } from '../support/faulty-proxy.ts';
import { appendTo, creationOf } from '../support/iceberg-tables.ts';
import { loadFrom } from './iceberg-catalog-contract.ts';

interface Opened {
  /** Opens the catalog, by way of another address if one is given. */
  readonly open: (through?: string) => IcebergCatalog;
  readonly location: string;
}

interface CatalogServer {
  readonly endpoint: string;
  /** Tells requests that commit to the table from others. */
  readonly isCommit: (request: Request) => boolean;
}

/** Makes a table, and opens a catalog whose commits to it meet the faults that are planned, one after the other. */
export async function openFaultyCommits({ open, location }: Opened, { endpoint, isCommit }: CatalogServer) {
  await open().create('readings', creationOf(`${location}readings`));
  let faults: readonly Fault[] = [];
  const next = (request: Request): Fault | undefined => {
    if (!isCommit(request)) return undefined;
    const [fault, ...rest] = faults;
    faults = rest;
    return fault;
  };
  const proxy = await startFaultyProxy(endpoint, next);
  const catalog = open(proxy.endpoint);
  const base = await loadFrom(catalog, 'readings');
  const commitWith = (id: bigint, ...planned: readonly Fault[]) => {
    faults = planned;
    return catalog.commit(base, appendTo(base, id, String(id)));
  };
  const snapshots = async () =>
    (await loadFrom(open(), 'readings')).metadata.snapshots.map((snapshot) => snapshot['snapshot-id']);
  return { open, base, commitWith, snapshots };
}
