import { writeFileSync } from 'node:fs';
import { fatesPage, fatesPath } from './fates-page.ts';
import { configurationPage, configurationPath } from './configuration-page.ts';
import { errorsPage, errorsPath } from './errors-page.ts';
import { licencesPage, licencesPath } from './licences-page.ts';

writeFileSync(configurationPath, configurationPage());
writeFileSync(fatesPath, fatesPage());
writeFileSync(errorsPath, errorsPage());
writeFileSync(licencesPath, licencesPage());
