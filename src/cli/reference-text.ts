import { familiarName, parseReference } from '../oci/index.ts';

/** The short form of a full name. */
export function shortReference(reference: string): string {
  return familiarName(parseReference(reference));
}

export const NONE = '<none>';

/** Repository and tag of a short name, as Docker shows them in two columns. */
export function splitReference(reference: string): { repository: string; tag: string } {
  const [, repository = reference, tag = NONE] =
    /^(.*?)(?::([\w][\w.-]*))?(?:@.*)?$/.exec(reference) ?? [];
  return { repository, tag };
}
