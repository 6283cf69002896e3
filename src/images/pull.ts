/** Pulls images from registries. */
import type { PulledImage, PullOptions, RegistryEvent } from '../api/index.ts';
import { AppError } from '../errors.ts';
import {
  chooseImage,
  openRegistrySource,
  rememberRepoDigest,
  rootOf,
  type TransferEvent,
} from '../image/index.ts';
import type { LaminaContext } from '../lamina-context.ts';
import {
  familiarRepository,
  formatReference,
  hostPlatform,
  parsePlatform,
  parseReference,
  type Reference,
  withDefaultTag,
} from '../oci/index.ts';
import type { Registries } from '../registry/index.ts';
import type { Store } from '../store/index.ts';
import { fetchImage } from '../transfer/index.ts';
import { withRegistries } from './with-registries.ts';
import { withStore } from './with-store.ts';

export function pullImages(
  context: LaminaContext,
  options: PullOptions,
): Promise<readonly PulledImage[]> {
  const reference = parseReference(options.image);
  const platform = options.platform === undefined ? undefined : parsePlatform(options.platform);
  if (options.allTags === true && (reference.tag ?? reference.digest) !== undefined) {
    throw new AppError('REFERENCE_INVALID', "tag can't be used with --all-tags/-a", {
      hint: 'give the repository without a tag',
    });
  }
  return withStore(context, (store) =>
    withRegistries(context, options, async (registries) => {
      const pulled: PulledImage[] = [];
      const admitted = await admission(registries, options);
      for await (const one of references(registries, reference, options)) {
        const settings = { platform, reference: one, pin: await admitted(one), ...hooks(options) };
        pulled.push(await pullOne(store, registries, settings));
      }
      await store.flush();
      return pulled;
    }),
  );
}

/** @returns the digest that a policy allows, if it needs a signature */
async function admission(
  registries: Registries,
  { policy: path, signal }: PullOptions,
): Promise<(reference: Reference) => Promise<Reference['digest']>> {
  if (path === undefined) return async () => undefined;
  // Loaded when asked for: most pulls have no policy.
  const { admit, loadPolicy } = await import('../admission/index.ts');
  const policy = loadPolicy(path);
  const around = { policy, registries: async () => registries, signal };
  return async (reference) =>
    parseReference(await admit(formatReference(reference), around)).digest;
}

async function* references(
  registries: Registries,
  reference: Reference,
  { allTags = false }: PullOptions,
): AsyncGenerator<Reference> {
  if (!allTags) {
    yield withDefaultTag(reference);
    return;
  }
  const { registry, repository } = reference;
  for await (const tag of registries.tags(reference)) yield { registry, repository, tag };
}

export interface PullSettings {
  readonly reference: Reference;
  /** What the name must mean, whatever it means in the registry by now. */
  readonly pin?: Reference['digest'];
  /** Undefined: the host's, or the only one. */
  readonly platform: ReturnType<typeof parsePlatform> | undefined;
  readonly onEvent: ((event: RegistryEvent) => void) | undefined;
  readonly signal: AbortSignal | undefined;
}

function hooks({ onEvent, signal }: PullOptions) {
  return { onEvent, signal };
}

/** Pulls one image and names it. A digest takes precedence over a tag. */
export async function pullOne(
  store: Store,
  registries: Registries,
  settings: PullSettings,
): Promise<PulledImage> {
  const { platform, onEvent, pin, signal } = settings;
  const { registry, repository, tag, digest } = settings.reference;
  const reference: Reference =
    digest === undefined ? { registry, repository, tag } : { registry, repository, digest };
  const name = formatReference(reference);
  const shown = registry === 'docker.io' ? repository : familiarRepository(reference);
  onEvent?.({ kind: 'image', direction: 'in', name: shown, tag: digest ?? tag ?? '' });
  const from: Reference = pin === undefined ? reference : { registry, repository, digest: pin };
  const source = await openRegistrySource(registries, from, { signal });
  const root = rootOf(source);
  const image = await chooseImage(source, root, {
    platform: platform ?? hostPlatform(),
    explicit: platform !== undefined,
    signal,
  });
  const before = store.images.resolve(name);
  const onTransfer = onEvent && ((event: TransferEvent) => onEvent({ kind: 'blob', ...event }));
  const record = await fetchImage(store, registries, image, {
    from,
    onTransfer,
    signal,
  });
  store.images.tag(record.id, name);
  rememberRepoDigest(store, record.id, { registry, repository, digest: root.digest });
  const { os, architecture, variant } = record;
  return {
    reference: name,
    id: record.id,
    digest: root.digest,
    isNew: before?.id !== record.id,
    platform: { os, architecture, ...(variant === undefined ? {} : { variant }) },
  };
}
