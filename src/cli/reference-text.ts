import { familiarName, parseReference } from '../oci/index.ts';

/** A full name as people write it. */
export function shortReference(reference: string): string {
  return familiarName(parseReference(reference));
}
