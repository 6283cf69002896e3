/** `index.json` of an OCI layout: which images are in it, and what they are called. */
import { type Descriptor, decodeIndex, type ImageIndex, MEDIA_TYPES } from '../../oci/index.ts';
import {
  CREATED_ANNOTATION,
  fullName,
  NAME_ANNOTATION,
  REF_ANNOTATION,
  tagOf,
} from '../references.ts';
import type { Bundle } from '../store/bundle.ts';

/** What `index.json` says of a bundle: one entry for each name, as BuildKit and containerd write it. */
export function indexEntries(bundle: Bundle, references: readonly string[]): Descriptor[] {
  const entry = unnamedEntry(bundle);
  if (references.length === 0) return [entry];
  return references.map((reference) => ({
    ...entry,
    annotations: {
      ...entry.annotations,
      [NAME_ANNOTATION]: fullName(reference),
      [REF_ANNOTATION]: tagOf(reference),
    },
  }));
}

export function unnamedEntry({ root, images: [{ imageConfig }] }: Bundle): Descriptor {
  const { created } = imageConfig;
  const time = created === undefined ? {} : { [CREATED_ANNOTATION]: created };
  return { ...root, annotations: { ...time, ...root.annotations } };
}

export function indexOf(manifests: readonly Descriptor[]): ImageIndex {
  return { schemaVersion: 2, mediaType: MEDIA_TYPES.ociIndex, manifests };
}

/** Adds entries to those of an index; a name that is given again goes to the new image. */
export function mergeIndex(bytes: Uint8Array, added: readonly Descriptor[]): ImageIndex {
  const index = decodeIndex(bytes);
  const kept = index.manifests.filter((known) => !added.some((entry) => replaces(entry, known)));
  return { ...index, manifests: [...kept, ...added] };
}

function replaces(entry: Descriptor, known: Descriptor): boolean {
  const name = entry.annotations?.[NAME_ANNOTATION];
  if (name !== undefined && name === known.annotations?.[NAME_ANNOTATION]) return true;
  // Tools that know no full names go by the tag alone, and would find two images of one tag.
  const tag = entry.annotations?.[REF_ANNOTATION];
  if (tag !== undefined) return tag === known.annotations?.[REF_ANNOTATION];
  return entry.digest === known.digest && known.annotations?.[REF_ANNOTATION] === undefined;
}
