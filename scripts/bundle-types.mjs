// One declaration file for the whole library, bundled from the declarations that tsc wrote.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rolldown } from 'rolldown';
import { dts } from 'rolldown-plugin-dts';

/**
 * @param {string} entry the declarations of the library's index
 * @param {string} directory where `index.d.ts` goes
 */
export async function bundleTypes(entry, directory) {
  const bundle = await rolldown({
    input: { index: entry },
    // Bundles declarations without a compiler, since TypeScript 7 has no compiler API.
    plugins: [dts({ dtsInput: true, emitDtsOnly: true, tsconfig: false, oxc: true })],
    external: [/^node:/],
    checks: { bundlerTimings: false },
  });
  await bundle.write({ dir: directory });
  await bundle.close();
  // Programs without @types/node get Symbol.asyncDispose and AsyncDisposable from this; the plugin removes banners.
  const file = join(directory, 'index.d.ts');
  const types = readFileSync(file, 'utf8');
  writeFileSync(file, `/// <reference lib="esnext.disposable" />\n${types}`);
}
