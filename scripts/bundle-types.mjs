// One declaration file for the whole library: what tsc wrote, rolled up from its index.
import { rolldown } from 'rolldown';
import { dts } from 'rolldown-plugin-dts';

/**
 * @param {string} entry the declarations of the library's index
 * @param {string} directory where `index.d.ts` goes
 */
export async function bundleTypes(entry, directory) {
  const bundle = await rolldown({
    input: { index: entry },
    // Declarations only, as they are: no compiler is asked, and TypeScript 7 has none to offer.
    plugins: [dts({ dtsInput: true, emitDtsOnly: true, tsconfig: false, oxc: true })],
    external: [/^node:/],
    checks: { bundlerTimings: false },
  });
  await bundle.write({ dir: directory });
  await bundle.close();
}
