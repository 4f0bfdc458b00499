import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const licencesPath = 'docs/licences.md';

interface Package {
  readonly version?: string;
  readonly license?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly link?: boolean;
}

export interface Licence {
  readonly name: string;
  readonly version: string;
  readonly licence: string;
}

/** Lists the packages that the image ships, from the lockfile: neither development nor optional ones. */
export function shippedLicences(): Licence[] {
  const lock: { packages: Record<string, Package> } = JSON.parse(
    readFileSync(join(import.meta.dirname, '../../package-lock.json'), 'utf8'),
  );
  const shipped = Object.entries(lock.packages).filter(
    ([path, { dev, optional, link }]) => path !== '' && dev !== true && optional !== true && link !== true,
  );
  const found = shipped.map(([path, { version = '', license = 'not said' }]) => {
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
    return { name, version, licence: license };
  });
  return [...new Map(found.map((each) => [`${each.name}@${each.version}`, each])).values()];
}

/** Makes docs/licences.md. */
export function licencesPage(): string {
  const byLicence = Map.groupBy(shippedLicences(), ({ licence }) => licence);
  const sections = [...byLicence]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([licence, packages]) => {
      const names = packages.map(({ name, version }) => `- ${name} ${version}`).toSorted();
      return `## ${licence}\n\n${names.join('\n')}\n`;
    });
  return `# Licences of what ships\n\nMade from the lockfile by \`npm run docs\`.\n\n${sections.join('\n')}`;
}
