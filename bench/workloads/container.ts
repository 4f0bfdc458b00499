import type { Workload } from '../support/workload.ts';

export const container: Workload = {
  name: 'container',
  about: 'The image in 512 MB and a quarter of a core.',
  run: async () => [],
};
