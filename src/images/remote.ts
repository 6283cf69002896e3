/** Reads manifests and tags from registries without fetching images. */
import type {
  InspectedManifest,
  InspectManifestOptions,
  ListTagsOptions,
  ManifestPart,
} from '../api/index.ts';
import {
  configIn,
  decodedIndex,
  type ImageSource,
  openRegistrySource,
  rootOf,
} from '../image/index.ts';
import type { LaminaContext } from '../lamina-context.ts';
import {
  type Descriptor,
  formatReference,
  isIndexType,
  isManifestType,
  parseReference,
  type RawManifest,
  withDefaultTag,
} from '../oci/index.ts';
import { withRegistries } from './with-registries.ts';

export function inspectManifest(
  context: LaminaContext,
  options: InspectManifestOptions,
): Promise<InspectedManifest> {
  const { signal } = options;
  const reference = withDefaultTag(parseReference(options.image));
  return withRegistries(context, options, async (registries) => {
    const source = await openRegistrySource(registries, reference, { signal });
    const root = await source.manifest(rootOf(source), { signal });
    const { mediaType, digest, size } = root.descriptor;
    return {
      reference: formatReference(reference),
      mediaType,
      digest,
      size,
      raw: root.bytes,
      document: documentOf(root.bytes),
      parts: await partsOf(source, root, signal),
      config: isManifestType(mediaType) ? await configIn(source, root, { signal }) : undefined,
    };
  });
}

async function partsOf(
  source: ImageSource,
  root: RawManifest,
  signal: AbortSignal | undefined,
): Promise<readonly ManifestPart[]> {
  if (!isIndexType(root.descriptor.mediaType)) return [];
  const parts: ManifestPart[] = [];
  for (const entry of decodedIndex(root).index.manifests) {
    const { bytes } = await source.manifest(entry, { signal });
    parts.push(partOf(entry, bytes));
  }
  return parts;
}

function partOf({ digest, mediaType, size, platform }: Descriptor, raw: Uint8Array): ManifestPart {
  return { digest, mediaType, size, platform, raw, document: documentOf(raw) };
}

/** What the registry gave was verified to be JSON of the right shape. */
function documentOf(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  const document: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
  return typeof document === 'object' && document !== null ? { ...document } : {};
}

export function listTags(
  context: LaminaContext,
  options: ListTagsOptions,
): Promise<readonly string[]> {
  const reference = parseReference(options.repository);
  return withRegistries(context, options, async (registries) => {
    const tags: string[] = [];
    for await (const tag of registries.tags(reference)) tags.push(tag);
    return tags;
  });
}
