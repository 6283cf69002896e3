/** The error of a missing base image: where it was looked up, and what was probably meant. */
import { AppError } from '../../errors.ts';
import { nearestName } from '../../nearest-name.ts';
import { familiarName, parseReference, type Reference, withDefaultTag } from '../../oci/index.ts';
import type { Store } from '../../store/index.ts';
import { loadHint } from '../../transfer/index.ts';

/** @param cause error of its registry; undefined: it was not asked */
export async function imageNotFound(
  store: Store,
  reference: Reference,
  cause?: AppError,
): Promise<AppError> {
  // Loaded here, since a build that finds its base images does without.
  const { canMakeBase } = await import('../../base/index.ts');
  const familiar = familiarName(reference);
  const present = store.images.names().map((name) => familiarName(parseReference(name)));
  const made = canMakeBase(familiar) ? `create it with: lamina base ${familiar}` : undefined;
  const isOffline = cause?.code === 'REGISTRY_UNREACHABLE';
  const near = nearestImage(reference, present, { sameTag: isOffline });
  const meant = near === undefined ? undefined : `did you mean '${near}'?`;
  const hints = isOffline
    ? [cause.hint, loadHint(familiar), made, meant]
    : [made ?? meant ?? cause?.hint];
  const listsNames = !isOffline && present.length > 0;
  return new AppError(
    'IMAGE_NOT_FOUND',
    `image '${familiar}' is not in the local store${cause === undefined ? '' : elsewhereText(reference, cause)}`,
    {
      expected: listsNames ? `one of ${listed(present)}, or an image from a registry` : undefined,
      hint: hints.filter((hint) => hint !== undefined).join('\n') || undefined,
      ...(cause !== undefined && { details: { registryCode: cause.code }, cause }),
    },
  );
}

/** The error of an image's registry when the store lacks the image. */
export function elsewhereText({ registry }: Reference, cause: AppError): string {
  if (cause.code === 'REGISTRY_UNREACHABLE') {
    return `, and ${registry} cannot be reached: ${cause.message}`;
  }
  if (cause.code === 'REGISTRY_NOT_FOUND') return `, nor in ${registry}`;
  return `, and ${registry} refuses it: ${cause.message}`;
}

/**
 * Only among images of the same registry: its name would make up most of the letters.
 * @param options.sameTag the tag may exist, so the repository may be misspelt
 */
function nearestImage(
  wanted: Reference,
  present: readonly string[],
  { sameTag }: { readonly sameTag: boolean },
): string | undefined {
  const { tag = '' } = withDefaultTag(wanted);
  const path = pathOf(wanted);
  const names = new Map<string, string>();
  for (const name of present) {
    const known = parseReference(name);
    if (known.registry !== wanted.registry || known.tag === undefined) continue;
    if (sameTag && known.tag !== tag) continue;
    // A tag that both have, such as latest, makes no names similar.
    if (!isNear(path, pathOf(known)) || !isNear(tag, known.tag)) continue;
    names.set(`${pathOf(known)}:${known.tag}`, name);
  }
  const near = nearestName(`${path}:${tag}`, names.keys());
  return near === undefined ? undefined : names.get(near);
}

function isNear(wanted: string, known: string): boolean {
  return wanted === known || nearestName(wanted, [known]) !== undefined;
}

/** Without what every image of Docker Hub has. */
function pathOf({ repository }: Reference): string {
  return repository.replace(/^library\//, '');
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 8).join(', ');
  return names.length > 8 ? `${shown}, …` : shown;
}
