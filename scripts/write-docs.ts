import { writeFileSync } from 'node:fs';
import { configurationPage, configurationPath } from './configuration-page.ts';

writeFileSync(configurationPath, configurationPage());
