/** `index.json` of an OCI layout: its images and their names. */
import { type Descriptor, decodeIndex, type ImageIndex } from '../../oci/index.ts';
import { NAME_ANNOTATION, REF_ANNOTATION } from '../model/references.ts';

/** Adds entries to those of an index; a repeated name moves to the new image. */
export function mergeIndex(bytes: Uint8Array, added: readonly Descriptor[]): ImageIndex {
  const index = decodeIndex(bytes);
  const kept = index.manifests.filter((known) => !added.some((entry) => replaces(entry, known)));
  return { ...index, manifests: [...kept, ...added] };
}

function replaces(entry: Descriptor, known: Descriptor): boolean {
  const name = entry.annotations?.[NAME_ANNOTATION];
  if (name !== undefined && name === known.annotations?.[NAME_ANNOTATION]) return true;
  // Tools without full names use the tag alone, and would find two images of one tag.
  const tag = entry.annotations?.[REF_ANNOTATION];
  if (tag !== undefined) return tag === known.annotations?.[REF_ANNOTATION];
  return entry.digest === known.digest && known.annotations?.[REF_ANNOTATION] === undefined;
}
