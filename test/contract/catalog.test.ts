import { openTestLake } from '../support/lake.ts';
import { describeCatalog } from './catalog-contract.ts';

describeCatalog('local lake', async () => {
  const { catalog, store } = await openTestLake();
  return { catalog, location: store.uri('tables/') };
});
