/** Names of images in archives. */
import { AppError } from '../../errors.ts';
import {
  type Descriptor,
  familiarName,
  formatReference,
  parseReference,
  withDefaultTag,
} from '../../oci/index.ts';

/** The annotations of an index entry that contain a name. */
export const NAME_ANNOTATION = 'io.containerd.image.name';
export const REF_ANNOTATION = 'org.opencontainers.image.ref.name';

/** Full form with a tag: `docker.io/library/a:latest`. */
export function fullName(reference: string): string {
  return formatReference(withDefaultTag(parseReference(reference)));
}

/** Docker's form with a tag: `a:latest`. */
export function shortName(reference: string): string {
  return familiarName(withDefaultTag(parseReference(reference)));
}

/** The tag alone, `latest` if none is given. */
export function tagOf(reference: string): string {
  return withDefaultTag(parseReference(reference)).tag ?? 'latest';
}

/**
 * The full names an index entry gives its image: containerd's annotation, else OCI's if that is more than a tag.
 *
 * @throws AppError ARCHIVE_BAD_REFERENCE
 */
export function annotatedNames(annotations: Readonly<Record<string, string>> = {}): string[] {
  const name = annotations[NAME_ANNOTATION];
  if (name !== undefined) return [archiveName(name)];
  const reference = annotations[REF_ANNOTATION];
  return reference !== undefined && /[/:]/.test(reference) ? [archiveName(reference)] : [];
}

/** The full names in annotations of roots, sorted; invalid names are left out. */
export function namesOf({ roots }: { readonly roots: readonly Descriptor[] }): string[] {
  const names = roots.flatMap(({ annotations }) => {
    try {
      return annotatedNames(annotations);
    } catch {
      return [];
    }
  });
  return [...new Set(names)].sort();
}

/** The entry that gives an image a name, as BuildKit and containerd write it. */
export function namedAs(entry: Descriptor, reference: string): Descriptor {
  const names = { [NAME_ANNOTATION]: fullName(reference), [REF_ANNOTATION]: tagOf(reference) };
  return { ...entry, annotations: { ...entry.annotations, ...names } };
}

/** @throws AppError ARCHIVE_BAD_REFERENCE */
export function archiveName(text: string): string {
  try {
    return fullName(text);
  } catch (cause) {
    throw new AppError(
      'ARCHIVE_BAD_REFERENCE',
      `the archive names an image ${JSON.stringify(text.slice(0, 200))}, which is not a valid reference`,
      { hint: 'create the archive again with a valid name', cause },
    );
  }
}
