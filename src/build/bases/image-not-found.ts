/** The error of a base image that is nowhere: where it was looked for, and what was probably meant. */
import { canMakeBase } from '../../base/index.ts';
import { AppError } from '../../errors.ts';
import { nearestName } from '../../nearest-name.ts';
import { familiarName, parseReference, type Reference, withDefaultTag } from '../../oci/index.ts';
import type { Store } from '../../store/index.ts';

/** @param cause what its registry said; undefined: it was not asked */
export function imageNotFound(store: Store, reference: Reference, cause?: AppError): AppError {
  const familiar = familiarName(reference);
  const present = store.images.names().map((name) => familiarName(parseReference(name)));
  const near = nearestImage(reference, present);
  const made = canMakeBase(familiar) ? `make it with: lamina base ${familiar}` : undefined;
  return new AppError(
    'IMAGE_NOT_FOUND',
    `there is no image '${familiar}' in the local store${cause === undefined ? '' : elsewhereText(reference, cause)}`,
    {
      expected: present.length === 0 ? undefined : `one of ${listed(present)}, or of a registry`,
      hint: made ?? (near === undefined ? cause?.hint : `did you mean '${near}'?`),
      ...(cause !== undefined && { details: { registryCode: cause.code }, cause }),
    },
  );
}

/** What the registry of an image said when it was asked for one that the store lacks. */
export function elsewhereText({ registry }: Reference, cause: AppError): string {
  if (cause.code === 'REGISTRY_NOT_FOUND') return `, nor at ${registry}`;
  return `, and ${registry} does not give it: ${cause.message}`;
}

/** Among those of the same registry: its name would make up most of the letters. */
function nearestImage(wanted: Reference, present: readonly string[]): string | undefined {
  const { repository, tag = '' } = withDefaultTag(wanted);
  const names = new Map<string, string>();
  for (const name of present) {
    const known = parseReference(name);
    if (known.registry !== wanted.registry || known.tag === undefined) continue;
    names.set(`${known.repository}:${known.tag}`, name);
  }
  const near = nearestName(`${repository}:${tag}`, names.keys());
  return near === undefined ? undefined : names.get(near);
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 8).join(', ');
  return names.length > 8 ? `${shown}, …` : shown;
}
