/**
 * Layers that the daemon pushes to the registry itself. This machine has them as lazy layers, and pushes the manifests
 * of its own images.
 */
import type { Environment } from '../../environment.ts';
import { AppError } from '../../errors.ts';
import { chooseImage, type Image, openRegistrySource, rootOf } from '../../image/index.ts';
import { parseDigest } from '../../oci/index.ts';
import { openRegistries } from '../../registry/index.ts';
import type { PushTarget } from '../solver/solver.ts';
import type { KeepOptions } from './keep-image.ts';

/** Attributes of BuildKit's `image` exporter: no tag is moved, and nothing stays in the daemon's image store. */
export function pushAttributes({ repository, encoding, insecure }: PushTarget) {
  const { registry, repository: path } = repository;
  const { compression, level } = encoding;
  return {
    name: `${registry}/${path}`,
    ...{ push: 'true', 'push-by-digest': 'true', store: 'false', 'oci-mediatypes': 'true' },
    compression,
    ...(level === undefined ? {} : { 'compression-level': String(level) }),
    ...(insecure ? { 'registry.insecure': 'true' } : {}),
  };
}

/** The image that the daemon pushed, as this machine sees it. @throws AppError REGISTRY_…, OCI_… */
export async function pushedImage(
  digest: string,
  { repository, insecure }: PushTarget,
  { plan, signal, env }: Pick<KeepOptions, 'plan' | 'signal'> & { readonly env: Environment },
): Promise<Image> {
  const known = env.LAMINA_INSECURE_REGISTRIES ?? '';
  const trusted = insecure ? `${known},${repository.registry}` : known;
  const environment = { ...env, LAMINA_INSECURE_REGISTRIES: trusted };
  await using registries = openRegistries({ env: environment, signal });
  const reference = { ...repository, digest: parseDigest(digest) };
  await using source = await openRegistrySource(registries, reference, { signal });
  const { platform } = plan.image;
  const image = await chooseImage(source, rootOf(source), { platform, partly: true, signal });
  if (image.manifest.layers.length === image.config.rootfs.diff_ids.length) return image;
  throw new AppError('BUILDER_FAILED', 'the builder pushed an image whose layers do not match');
}
