import { expect, it } from 'vitest';
import { createdBy, readVersion } from '../../../src/app/version/version.ts';

/** The form in which parquet-java takes a writer's name apart. */
const form = /^(?<application>.*?)\s+version\s*(?<version>[^(]*?)\s*\(\s*build\s*(?<build>[^)]*?)\s*\)$/;

it('names the writer of files with its version and commit, as readers take it apart', () => {
  expect(form.exec(createdBy({ version: '0.1.0', commit: 'abc', node: '24.0.0' }))?.groups).toEqual({
    application: 'glueless',
    version: '0.1.0',
    build: 'abc',
  });
  expect(form.exec(createdBy({ ...readVersion(), commit: undefined }))?.groups).toMatchObject({ build: 'unknown' });
});
