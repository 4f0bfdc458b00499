import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { synthesize } from './templates.ts';

for (const [name, template] of Object.entries(synthesize()))
  await writeFile(join(import.meta.dirname, 'templates', name), `${JSON.stringify(template, undefined, 2)}\n`);
