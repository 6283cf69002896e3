/** Looking into registries without fetching images. */
import type {
  InspectedManifest,
  InspectManifestOptions,
  ListTagsOptions,
  ManifestPart,
} from '../api/index.ts';
import type { LaminaContext } from '../lamina-context.ts';
import {
  type Descriptor,
  decodeImageConfig,
  decodeIndex,
  decodeManifest,
  formatReference,
  isIndexType,
  isManifestType,
  parseReference,
  type RawManifest,
  type Reference,
  withDefaultTag,
} from '../oci/index.ts';
import type { Registries } from '../registry/index.ts';
import { withRegistries } from './with-registries.ts';

/** Larger ones are no configs of images. */
const MAX_CONFIG = 16 << 20;

export function inspectManifest(
  context: LaminaContext,
  options: InspectManifestOptions,
): Promise<InspectedManifest> {
  const { signal } = options;
  const reference = withDefaultTag(parseReference(options.image));
  return withRegistries(context, options, async (registries) => {
    const root = await registries.manifest(reference, { signal });
    const { mediaType, digest, size } = root.descriptor;
    return {
      reference: formatReference(reference),
      mediaType,
      digest,
      size,
      raw: root.bytes,
      document: documentOf(root.bytes),
      parts: await partsOf(registries, reference, { root, signal }),
      config: await configOf(registries, reference, { root, signal }),
    };
  });
}

interface Root {
  readonly root: RawManifest;
  readonly signal: AbortSignal | undefined;
}

async function partsOf(
  registries: Registries,
  { registry, repository }: Reference,
  { root, signal }: Root,
): Promise<readonly ManifestPart[]> {
  if (!isIndexType(root.descriptor.mediaType)) return [];
  const { manifests } = decodeIndex(root.bytes, root.descriptor.mediaType);
  const parts: ManifestPart[] = [];
  for (const entry of manifests) {
    const { digest } = entry;
    const { bytes } = await registries.manifest({ registry, repository, digest }, { signal });
    parts.push(partOf(entry, bytes));
  }
  return parts;
}

function partOf({ digest, mediaType, size, platform }: Descriptor, raw: Uint8Array): ManifestPart {
  return { digest, mediaType, size, platform, raw, document: documentOf(raw) };
}

async function configOf(
  registries: Registries,
  reference: Reference,
  { root, signal }: Root,
): Promise<InspectedManifest['config']> {
  const { mediaType } = root.descriptor;
  if (!isManifestType(mediaType)) return undefined;
  const { config } = decodeManifest(root.bytes, mediaType);
  const isConfig = /(?:image\.config|container\.image)\.v1\+json$/.test(config.mediaType);
  if (!isConfig || config.size > MAX_CONFIG) return undefined;
  const chunks: Uint8Array[] = [];
  for await (const chunk of registries.blob(reference, config, { signal })) {
    chunks.push(Uint8Array.from(chunk));
  }
  return decodeImageConfig(Buffer.concat(chunks));
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
