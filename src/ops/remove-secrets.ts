/** Takes secrets out of what a failed step left behind, before it is kept. */
import type { LayerEntry } from '../layers/index.ts';
import { removeTree } from '../system/index.ts';
import { findSecrets, type SecretText } from './secrets/index.ts';

export interface ChangesWithSecrets {
  readonly entries: readonly LayerEntry[];
  /** Host directory of the changes. */
  readonly directory: string;
  readonly signal: AbortSignal;
}

/**
 * Removes every file that contains a secret, in whatever form.
 *
 * @returns whether there was one, so that the index of the directory is out of date
 */
export async function removeSecrets(
  secrets: readonly SecretText[],
  { entries, directory, signal }: ChangesWithSecrets,
): Promise<boolean> {
  if (secrets.length === 0) return false;
  let isChanged = false;
  for (const entry of entries) {
    if (entry.kind !== 'entry') continue;
    const leaks = await findSecrets(secrets, { entries: [entry], directory, signal });
    if (leaks.length === 0) continue;
    const path = Buffer.concat([Buffer.from(`${directory}/`), Buffer.from(entry.path, 'latin1')]);
    await removeTree(path);
    isChanged = true;
  }
  return isChanged;
}
