import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fatesPage, fatesPath } from './fates-page.ts';
import { configurationPage, configurationPath } from './configuration-page.ts';
import { errorsPage, errorsPath } from './errors-page.ts';
import { licencesPage, licencesPath } from './licences-page.ts';
import { overviewPath, overviewPicture, overviewThemes } from './overview-picture.ts';
import { readmePath, readmeWith, readResults } from './readme-numbers.ts';

writeFileSync(configurationPath, configurationPage());
writeFileSync(fatesPath, fatesPage());
writeFileSync(errorsPath, errorsPage());
writeFileSync(licencesPath, licencesPage());
writeFileSync(readmePath, readmeWith(readFileSync(readmePath, 'utf8'), readResults()));
mkdirSync('docs/images', { recursive: true });
for (const theme of overviewThemes) writeFileSync(overviewPath(theme), overviewPicture(theme));
