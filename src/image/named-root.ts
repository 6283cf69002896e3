/** Selects a root of an archive or a layout by its name. */
import { AppError } from '../errors.ts';
import type { Descriptor } from '../oci/index.ts';
import { NAME_ANNOTATION, REF_ANNOTATION, tagOf } from './model/references.ts';
import type { ImageSource } from './model/transport.ts';

/** @param name a tag, a full name, or a digest */
export function rootsNamed(roots: readonly Descriptor[], name: string): readonly Descriptor[] {
  return roots.filter(({ digest, annotations }) => {
    const reference = annotations?.[REF_ANNOTATION];
    const names = [
      digest,
      reference,
      reference && tagIn(reference),
      annotations?.[NAME_ANNOTATION],
    ];
    return names.includes(name);
  });
}

/** Some tools write a full name instead of a tag. */
export function tagIn(name: string): string {
  return /[/:]/.test(name) ? tagOf(name) : name;
}

/**
 * The source with one root only, under all of its names; it is disposed of if there is none.
 *
 * @param name undefined: the only image
 * @param hint how to write a name
 * @throws AppError ARCHIVE_NO_IMAGE
 */
export async function withRoot(
  source: ImageSource,
  name: string | undefined,
  hint: string,
): Promise<ImageSource> {
  const { roots, label } = source;
  const [first, ...others] = name === undefined ? roots : rootsNamed(roots, name);
  if (first !== undefined && others.every(({ digest }) => digest === first.digest)) {
    return { ...source, roots: roots.filter(({ digest }) => digest === first.digest) };
  }
  await source[Symbol.asyncDispose]();
  const names = roots.flatMap(({ annotations }) => annotations?.[REF_ANNOTATION] ?? []);
  const problem = name === undefined ? 'does not have exactly one image' : `has no image '${name}'`;
  throw new AppError('ARCHIVE_NO_IMAGE', `${label} ${problem}`, {
    expected: names.length === 0 ? undefined : `one of ${[...new Set(names)].join(', ')}`,
    hint,
  });
}
