/** Selects a root of an archive or a layout by its name. */
import { AppError } from '../errors.ts';
import {
  type Descriptor,
  familiarName,
  formatPlatform,
  isManifestType,
  parseReference,
} from '../oci/index.ts';
import { configIn } from './choose-image.ts';
import { isAttestation } from './model/attestation.ts';
import { indexOf } from './model/index-of.ts';
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

/** Some tools write a full name instead of a tag, and some any text. */
export function tagIn(name: string): string {
  if (!/[/:]/.test(name)) return name;
  try {
    return tagOf(name);
  } catch {
    return name;
  }
}

/**
 * The source with one root only, under all of its names; it is disposed of if there is none. Variants of an image for different
 * platforms that are listed side by side, with the same name or all without, get an index as their root.
 *
 * @param name undefined: the only image
 * @param hint how to write a name
 * @param annotation has the names to choose from
 * @throws AppError ARCHIVE_NO_IMAGE
 */
export async function withRoot(
  source: ImageSource,
  name: string | undefined,
  hint: string,
  annotation: typeof NAME_ANNOTATION | typeof REF_ANNOTATION = REF_ANNOTATION,
): Promise<ImageSource> {
  const { roots, label } = source;
  const found = name === undefined ? roots : rootsNamed(roots, name);
  const [first, ...others] = found;
  if (first !== undefined && others.every(({ digest }) => digest === first.digest)) {
    return { ...source, roots: roots.filter(({ digest }) => digest === first.digest) };
  }
  try {
    if (await areVariants(source, found)) return withIndexOver(source, found);
  } catch (error) {
    await source[Symbol.asyncDispose]();
    throw error;
  }
  await source[Symbol.asyncDispose]();
  if (roots.length === 0) throw new AppError('ARCHIVE_NO_IMAGE', `${label} has no image`);
  const names = roots.flatMap(({ annotations }) => annotations?.[annotation] ?? []).map(shown);
  const problem =
    name === undefined ? 'does not have exactly one image' : `has no image '${shown(name)}'`;
  throw new AppError('ARCHIVE_NO_IMAGE', `${label} ${problem}`, {
    expected: names.length === 0 ? undefined : `one of ${[...new Set(names)].join(', ')}`,
    hint,
  });
}

/** Full names as people write them; an annotation may hold anything. */
function shown(name: string): string {
  try {
    return name.includes('/') ? familiarName(parseReference(name)) : name;
  } catch {
    return name;
  }
}

const MAX_VARIANTS = 100;

async function areVariants(source: ImageSource, roots: readonly Descriptor[]): Promise<boolean> {
  if (roots.length > MAX_VARIANTS) return false;
  const images = roots.filter((root) => !isAttestation(root));
  const names = new Set(
    images.map(
      ({ annotations }) => annotations?.[NAME_ANNOTATION] ?? annotations?.[REF_ANNOTATION],
    ),
  );
  if (names.size !== 1 || images.length === 0) return false;
  const platforms = new Set<string>();
  for (const root of images) {
    if (!isManifestType(root.mediaType)) return false;
    const platform = root.platform ?? (await configIn(source, await source.manifest(root)));
    if (platform !== undefined) platforms.add(formatPlatform(platform));
  }
  return platforms.size === images.length;
}

function withIndexOver(source: ImageSource, variants: readonly Descriptor[]): ImageSource {
  const index = indexOf(variants);
  const { digest } = index.descriptor;
  return {
    ...source,
    roots: [{ ...index.descriptor, annotations: variants[0]?.annotations }],
    manifest: async (name, request) =>
      name.digest === digest ? index : source.manifest(name, request),
  };
}
