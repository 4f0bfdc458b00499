import { writeFileSync } from 'node:fs';
import { fatesPage, fatesPath } from '../test/support/fates-page.ts';
import { configurationPage, configurationPath } from './configuration-page.ts';

writeFileSync(configurationPath, configurationPage());
writeFileSync(fatesPath, fatesPage());
