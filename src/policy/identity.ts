/** Whether the name that a signer gave an image agrees with the name under which it is used. */
import { formatReference, parseReference, type Reference } from '../oci/index.ts';
import type { IdentityMatch } from './policy.ts';

/** @param signed the name in the signature */
export function agrees(identity: IdentityMatch, signed: string, used: Reference): boolean {
  const name = parsed(signed);
  if (name === undefined) return false;
  switch (identity.kind) {
    case 'exact':
      return name.tag !== undefined && sameName(name, used);
    case 'repository':
      return sameRepository(name, used);
    case 'repository-by-digest':
      return used.digest === undefined ? sameName(name, used) : sameRepository(name, used);
    case 'exact-reference':
      return formatReference(name) === formatReference(parseReference(identity.name));
    case 'exact-repository':
      return sameRepository(name, parseReference(identity.name));
    case 'remap':
      return sameName(name, remapped(used, identity), used.digest !== undefined);
  }
}

function parsed(text: string): Reference | undefined {
  try {
    return parseReference(text);
  } catch {
    return undefined;
  }
}

function sameRepository(a: Reference, b: Reference): boolean {
  return a.registry === b.registry && a.repository === b.repository;
}

function sameName(a: Reference, b: Reference, anyTag = false): boolean {
  return sameRepository(a, b) && (anyTag || a.tag === b.tag);
}

/** The name of a mirror as the name that was signed. */
function remapped(
  used: Reference,
  { prefix, signedPrefix }: { readonly prefix: string; readonly signedPrefix: string },
): Reference {
  const name = `${used.registry}/${used.repository}`;
  if (name !== prefix && !name.startsWith(`${prefix}/`)) return used;
  const { registry, repository } = parseReference(`${signedPrefix}${name.slice(prefix.length)}`);
  return { ...used, registry, repository };
}
