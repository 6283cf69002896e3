// The licences of the packages in the bundles: they must be distributed with the code.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** @param modules the paths of the bundled modules */
export async function bundledLicenses(root, modules) {
  const packages = new Set(
    modules.flatMap((path) => {
      const match = /^(?:.*\/)?node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path);
      return match === null ? [] : [match[1]];
    }),
  );
  const texts = await Promise.all([...packages].sort().map((name) => licenseOf(root, name)));
  return texts.join('\n');
}

async function licenseOf(root, name) {
  const directory = join(root, 'node_modules', name);
  const { version, license } = JSON.parse(await readFile(join(directory, 'package.json'), 'utf8'));
  const file = (await readdir(directory)).find((entry) => /^licen[sc]e(\.|$)/i.test(entry));
  const text =
    file === undefined ? '' : `\n${(await readFile(join(directory, file), 'utf8')).trim()}\n`;
  return `${name} ${version} (${license})\n${text}\n`;
}
