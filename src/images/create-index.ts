/** `imagetools create`: a new name for an image in a registry, or for several images as one index. */
import type { CreateIndexOptions, CreateIndexResult } from '../api/index.ts';
import { AppError } from '../errors.ts';
import { openRegistrySource } from '../image/index.ts';
import type { LaminaContext } from '../lamina-context.ts';
import {
  isIndexType,
  parsePlatform,
  parseReference,
  platformMatches,
  type RawManifest,
  type Reference,
  withDefaultTag,
} from '../oci/index.ts';
import type { Registries } from '../registry/index.ts';
import {
  composeIndex,
  copyToRegistry,
  type IndexPart,
  partsOf,
  pushIndex,
} from '../transfer/index.ts';
import { transferHook } from './transfer-hook.ts';
import { withRegistries } from './with-registries.ts';

export function createIndex(
  context: LaminaContext,
  options: CreateIndexOptions,
): Promise<CreateIndexResult> {
  const targets = options.references.map((text) => withDefaultTag(parseReference(text)));
  const sources = options.sources.map((text) => withDefaultTag(parseReference(text)));
  return withRegistries(context, options, async (registries) => {
    const appended = options.append === true ? targets.slice(0, 1) : [];
    const copied = await copiedRoot(registries, sources, options);
    if (copied !== undefined) return copyRoot(registries, copied, { targets, options });
    const parts: IndexPart[] = [];
    for (const source of [...appended, ...sources]) {
      parts.push(...(await partsOf(registries, source, options)));
    }
    const chosen = ofPlatforms(parts, options.platforms ?? []);
    const index = composeIndex(chosen, options.annotations);
    for (const target of options.dryRun === true ? [] : targets) {
      const { signal } = options;
      const onTransfer = transferHook(options.onEvent);
      await pushIndex(registries, index, { parts: chosen, target, onTransfer, signal });
    }
    return resultOf(index);
  });
}

interface CopiedRoot {
  readonly source: Reference;
  readonly root: RawManifest;
}

/** The only source, if it is copied unchanged. */
async function copiedRoot(
  registries: Registries,
  [source, ...others]: readonly Reference[],
  { append, annotations = {}, preferIndex = true, platforms = [], signal }: CreateIndexOptions,
): Promise<CopiedRoot | undefined> {
  const isChanged = append === true || platforms.length + Object.keys(annotations).length > 0;
  if (source === undefined || others.length > 0 || isChanged) return undefined;
  const root = await registries.manifest(source, { signal });
  return isIndexType(root.descriptor.mediaType) || !preferIndex ? { source, root } : undefined;
}

async function copyRoot(
  registries: Registries,
  { source, root }: CopiedRoot,
  {
    targets,
    options,
  }: { readonly targets: readonly Reference[]; readonly options: CreateIndexOptions },
): Promise<CreateIndexResult> {
  const { signal, dryRun, onEvent } = options;
  if (dryRun === true) return resultOf(root);
  const opened = await openRegistrySource(registries, source, { signal });
  for (const reference of targets) {
    const settings = { reference, mountFrom: source, onTransfer: transferHook(onEvent), signal };
    await copyToRegistry(registries, opened, settings);
  }
  return resultOf(root);
}

function resultOf({ descriptor, bytes }: RawManifest): CreateIndexResult {
  const { digest, mediaType, size } = descriptor;
  return { digest, mediaType, size, raw: bytes };
}

/** Attestations have no platform, and are kept. */
function ofPlatforms(parts: readonly IndexPart[], texts: readonly string[]): readonly IndexPart[] {
  if (texts.length === 0) return parts;
  const wanted = texts.map(parsePlatform);
  const chosen = parts.filter(({ descriptor: { platform } }) =>
    wanted.some((one) => platform !== undefined && platformMatches(one, platform)),
  );
  if (chosen.length > 0) return chosen;
  throw new AppError(
    'IMAGE_PLATFORM_MISMATCH',
    `none of the sources is for ${texts.join(' or ')}`,
    { hint: 'run `lamina imagetools inspect NAME` to list its platforms' },
  );
}
