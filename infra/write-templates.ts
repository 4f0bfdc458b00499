import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { shippedFiles } from './shipped-files.ts';

for (const [name, text] of Object.entries(shippedFiles()))
  await writeFile(join(import.meta.dirname, 'templates', name), text);
