/** How layers can be stacked here: overlayfs is mounted once, in a namespace that ends at once. */
import { accessSync, constants } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { Environment } from '../environment.ts';
import type { LaminaContext } from '../lamina-context.ts';
import { findProgram, kernelHasErofs } from '../system/index.ts';
import type { LayerFacts, UserFacts } from './facts.ts';
import { existing } from './read-store.ts';
import { runBriefly } from './within.ts';

const MOUNT = 'mount -t overlay overlay -o lowerdir=lower,upperdir=upper,workdir=work merged';

export async function readLayers(
  context: LaminaContext,
  { isRoot }: Pick<UserFacts, 'isRoot'>,
): Promise<LayerFacts> {
  const erofs = kernelHasErofs();
  let directory: string | undefined;
  try {
    directory = await mkdtemp(join(besideStore(context), '.lamina-doctor-'));
    return { overlayRefusal: await tryOverlay(directory, { env: context.env, isRoot }), erofs };
  } catch (error) {
    return { overlayRefusal: error instanceof Error ? error.message : String(error), erofs };
  } finally {
    if (directory !== undefined) await rm(directory, { recursive: true, force: true });
  }
}

async function tryOverlay(
  cwd: string,
  { env, isRoot }: { readonly env: Environment; readonly isRoot: boolean },
): Promise<string | undefined> {
  const unshare = findProgram('unshare', env);
  if (unshare === undefined) return 'unshare is not installed';
  for (const name of ['lower', 'upper', 'work', 'merged']) await mkdir(join(cwd, name));
  const kinds = ['--mount', ...(isRoot ? [] : ['--map-root-user'])];
  const options = { env, cwd };
  const { succeeded, stderr } = await runBriefly(unshare, [...kinds, 'sh', '-c', MOUNT], options);
  if (succeeded) return undefined;
  const [said = ''] = stderr.trim().split('\n');
  return said.replace(/^(?:mount|unshare): (?:\S*merged: )?/, '') || 'it was refused';
}

/** A writable directory on the file system of the store: what is left in its `tmp`, the next prune removes. */
function besideStore(context: LaminaContext): string {
  const root = resolve(context.root);
  for (const directory of [join(root, 'tmp'), existing(dirname(root))]) {
    try {
      accessSync(directory, constants.W_OK);
      return directory;
    } catch {
      // The next one.
    }
  }
  return tmpdir();
}
