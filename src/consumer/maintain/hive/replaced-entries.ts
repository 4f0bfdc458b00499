import { rememberSuccess } from '../../../runtime/memo.ts';
import { offsetsIn } from '../../ledger/chain/ledger-index.ts';
import { revisionPrefix, type LedgerPath } from '../../ledger/keys/ledger-keys.ts';
import type { ObjectStore } from '../../ports/lake.ts';

/** Which entries of a table have ever been replaced: a committed entry changes by its revision only. One listing for each Kafka partition. */
export class ReplacedEntries {
  readonly #store: ObjectStore;
  readonly #table: string;
  readonly #offsetsBelow = rememberSuccess((prefix: string) => this.#list(prefix));

  constructor(store: ObjectStore, table: string) {
    this.#store = store;
    this.#table = table;
  }

  async has({ topic, partition }: Omit<LedgerPath, 'table'>, from: bigint): Promise<boolean> {
    const prefix = revisionPrefix({ table: this.#table, topic, partition });
    return includes(await this.#offsetsBelow(prefix), from);
  }

  async #list(prefix: string): Promise<BigInt64Array> {
    return BigInt64Array.from(await offsetsIn(this.#store, prefix, { from: 0n }));
  }
}

/** Looks for the value in an ascending array. */
function includes(sorted: BigInt64Array, value: bigint): boolean {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? value) < value) low = middle + 1;
    else high = middle;
  }
  return sorted[low] === value;
}
