/** The archive of `docker load` as a destination of images: an OCI layout with a `manifest.json`. */
import {
  canonicalJson,
  type Digest,
  decodeManifest,
  isIndexType,
  type RawManifest,
} from '../../oci/index.ts';
import { blobName } from '../archive/archive-blobs.ts';
import { smallFile } from '../archive/archive-files.ts';
import { decodedIndex } from '../model/index-of.ts';
import { annotatedNames, shortName } from '../model/references.ts';
import type { ImageDestination } from '../model/transport.ts';
import type { LayoutDestination } from '../oci-layout/layout-destination.ts';

/** @param layout the layout to write */
export function dockerArchiveDestination(layout: LayoutDestination): ImageDestination {
  const manifests = new Map<Digest, RawManifest>();
  return {
    ...layout,
    async putManifest(manifest) {
      manifests.set(manifest.descriptor.digest, manifest);
      await layout.putManifest(manifest);
    },
    async commit(roots) {
      const named = new Map<Digest, readonly string[]>();
      for (const root of roots) {
        const { digest, annotations } = root.descriptor;
        manifests.set(digest, root);
        named.set(digest, [...(named.get(digest) ?? []), ...annotatedNames(annotations)]);
      }
      const entries = [...named].map(([digest, names]) => dockerEntry(manifests, digest, names));
      await layout.putFile(smallFile('manifest.json', canonicalJson(entries)));
      await layout.commit(roots);
    },
  };
}

/** Of images for several platforms the first: Docker's own list holds one. */
function dockerEntry(
  manifests: ReadonlyMap<Digest, RawManifest>,
  digest: Digest,
  names: readonly string[],
): Readonly<Record<string, unknown>> {
  const root = manifests.get(digest);
  if (root === undefined) throw new Error(`the manifest ${digest} was not put into the archive`);
  if (isIndexType(root.descriptor.mediaType)) {
    const [first] = decodedIndex(root).index.manifests;
    if (first !== undefined) return dockerEntry(manifests, first.digest, names);
  }
  const { config, layers } = decodeManifest(root.bytes, root.descriptor.mediaType);
  return {
    Config: blobName(config),
    RepoTags: names.length === 0 ? null : names.map(shortName),
    Layers: layers.map(blobName),
  };
}
