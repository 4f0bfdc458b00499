import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fatesPage, fatesPath } from './docs/fates-page.ts';
import { configurationPage, configurationPath } from './docs/configuration-page.ts';
import { errorsPage, errorsPath } from './docs/errors-page.ts';
import { licencesPage, licencesPath } from './docs/licences-page.ts';
import { overviewPath, overviewPicture, overviewThemes } from './docs/overview-picture.ts';
import { readmePath, readmeWith, readResults } from './docs/readme-numbers.ts';

writeFileSync(configurationPath, configurationPage());
writeFileSync(fatesPath, fatesPage());
writeFileSync(errorsPath, errorsPage());
writeFileSync(licencesPath, licencesPage());
writeFileSync(readmePath, readmeWith(readFileSync(readmePath, 'utf8'), readResults()));
mkdirSync('docs/images', { recursive: true });
for (const theme of overviewThemes) writeFileSync(overviewPath(theme), overviewPicture(theme));
