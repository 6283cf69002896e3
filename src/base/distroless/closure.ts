/** Packages with all they depend on, less what an image without a shell has no use for. */
import { AppError } from '../../errors.ts';
import type { PackageWishes } from './recipe.ts';
import { type PackageRecord, parseDepends } from './stanzas.ts';

/** Looks packages up by name; names there is no package of are missing in the answer. */
export type LookUp = (names: readonly string[]) => Promise<readonly PackageRecord[]>;

/**
 * @returns packages by name
 * @throws AppError BASE_FAILED for a package that the release does not have
 */
export async function packageClosure(
  wishes: PackageWishes,
  lookUp: LookUp,
): Promise<readonly PackageRecord[]> {
  const known = new Map<string, PackageRecord | undefined>();
  const chosen = new Map<string, PackageRecord>();
  const learn = async (names: readonly string[]): Promise<void> => {
    const unknown = [...new Set(names)].filter((name) => !known.has(name)).sort();
    if (unknown.length === 0) return;
    for (const name of unknown) known.set(name, undefined);
    for (const found of await lookUp(unknown)) known.set(found.name, found);
  };
  const choose = (group: readonly string[]): PackageRecord => {
    const found = group.map((name) => known.get(name)).find((record) => record !== undefined);
    if (found !== undefined) return found;
    throw new AppError('BASE_FAILED', `the release has no package ${group.join(' or ')}`, {
      hint: 'choose another release, or another mirror with --mirror',
    });
  };
  await learn(wishes.alone);
  for (const name of wishes.alone) chosen.set(name, choose([name]));
  let groups: readonly (readonly string[])[] = wishes.withDependencies.flatMap(parseDepends);
  while (groups.length > 0) {
    await learn(groups.flat());
    const added = groups.map(choose).filter(({ name }) => !chosen.has(name));
    for (const record of added) chosen.set(record.name, record);
    groups = added
      .flatMap(({ depends }) => depends)
      .filter(([first = '']) => !wishes.leftOut.has(first));
  }
  return [...chosen.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}
