/** Resolves images of FROM and COPY --from: from the local store, then from their registries. */
import { AppError } from '../../errors.ts';
import {
  type Digest,
  formatPlatform,
  formatReference,
  hostPlatform,
  type Platform,
  parseReference,
  platformMatches,
  type Reference,
  selectPlatform,
} from '../../oci/index.ts';
import type { ResolveImage, ResolveImageOptions } from '../../plan/index.ts';
import type { Registries } from '../../registry/index.ts';
import type { BuildRun } from '../run/build-run.ts';
import { isPlatformOpen } from '../run/target-platforms.ts';
import { asStep } from '../steps/internal-step.ts';
import { internalStep } from '../steps/step-infos.ts';
import { imageResolver, wrongPlatform } from './base-images.ts';
import { imageNotFound } from './image-not-found.ts';

/**
 * Finds base images, each once: in the store if it has them, else in their registries, from which only the config is
 * fetched. With `pull`, tags are resolved in their registries first.
 *
 * @throws AppError IMAGE_NOT_FOUND, IMAGE_PLATFORM, REFERENCE_INVALID, REGISTRY_…
 */
export function remoteResolver(run: BuildRun, registries: () => Promise<Registries>): ResolveImage {
  const local = imageResolver(run.store);
  const seeker = new Seeker(run, registries);
  return async (name, platform, options = {}) => {
    const wanted = wantedBy(name);
    const isHere = wanted === undefined || hasImage(run, name, { platform, ...options });
    const mayHaveMoved = run.options.pull === true && wanted?.digest === undefined;
    if (wanted === undefined || (isHere && !mayHaveMoved)) return local(name, platform, options);
    const { found, absence } = await seeker.seek(name, wanted, platform);
    if (absence !== undefined && options.takesOther !== true) {
      throw wrongPlatform(run.store, found, { wanted: platform, cause: absence });
    }
    return { ...(await local(found, platform, options)), name };
  };
}

/** Undefined for names that only the store can have: the id of an image. */
function wantedBy(name: string): Reference | undefined {
  return /^sha256:/.test(name) ? undefined : parseReference(name);
}

interface Wanted {
  readonly name: string;
  readonly wanted: Reference;
  readonly platform: Platform;
}

/** If no platform was requested, the store's image of that name is used. */
export function hasImage(
  { store, options }: BuildRun,
  name: string,
  { platform, takesOther = false }: { readonly platform: Platform } & ResolveImageOptions,
): boolean {
  const variants = store.images.variants(name);
  const isOpen = takesOther && isPlatformOpen(options) && platformMatches(hostPlatform(), platform);
  return (isOpen && variants.length === 1) || selectPlatform(platform, variants) !== undefined;
}

interface Sought {
  /** The name of the image in the store. */
  readonly found: string;
  /** Why the registry gave none: the store has one for other platforms only. */
  readonly absence?: AppError;
}

/** Asks registries, once in a build for each name and platform. */
class Seeker {
  readonly #run: BuildRun;
  readonly #registries: () => Promise<Registries>;
  readonly #sought = new Map<string, Promise<Sought>>();
  /** The resolutions of this build, even if the names move meanwhile. */
  readonly #pins = new Map<string, Promise<Digest | undefined>>();

  constructor(run: BuildRun, registries: () => Promise<Registries>) {
    this.#run = run;
    this.#registries = registries;
  }

  seek(name: string, reference: Reference, platform: Platform): Promise<Sought> {
    const key = `${formatReference(reference)} ${formatPlatform(platform)}`;
    const known = this.#sought.get(key) ?? this.#seek({ name, wanted: reference, platform });
    this.#sought.set(key, known);
    return known;
  }

  async #seek({ name, wanted, platform }: Wanted): Promise<Sought> {
    const { store } = this.#run;
    const { imageOfDigest, storeName } = await import('../../transfer/index.ts');
    const full = formatReference(storeName(wanted));
    const { digest } = wanted;
    const same = digest && imageOfDigest(store, wanted, { digest, platform });
    if (same !== undefined) {
      store.images.tag(same.id, full);
      return { found: full };
    }
    try {
      await this.#bring(full, wanted, platform);
      return { found: full };
    } catch (error) {
      const isOnlyLack = this.#run.options.pull !== true && store.images.variants(name).length > 0;
      if (isOnlyLack && isAbsence(error)) return { found: name, absence: error };
      throw isAbsence(error) ? await imageNotFound(store, wanted, error) : error;
    }
  }

  async #bring(full: string, reference: Reference, platform: Platform): Promise<void> {
    const { emit, now } = this.#run;
    const step = internalStep(`metadata ${full}`, `[internal] load metadata for ${full}`);
    const before = this.#pins.get(full);
    const asked = asStep({ emit, now, step }, async () =>
      this.#ask(full, reference, { platform, pinned: await before }),
    );
    if (before === undefined) {
      this.#pins.set(
        full,
        asked.catch(() => undefined),
      );
    }
    await asked;
  }

  /** @returns the descriptor that the name resolves to */
  async #ask(
    full: string,
    reference: Reference,
    { platform, pinned }: { readonly platform: Platform; readonly pinned: Digest | undefined },
  ): Promise<Digest> {
    const { store, signal, options } = this.#run;
    const { bringImage, imageOfDigest } = await import('../../transfer/index.ts');
    const registries = await this.#registries();
    const variants = store.images.variants(full);
    // Perhaps nothing has changed: the cheapest request comes first.
    const isCheck = pinned === undefined && variants.length > 0;
    const digest = isCheck ? (await registries.resolve(reference, { signal })).digest : pinned;
    const same = digest && imageOfDigest(store, reference, { digest, platform });
    if (digest !== undefined && variants.some(({ id }) => id === same?.id)) return digest;
    const pull = { platform, pinned: digest, isNewer: options.pull, signal };
    return (await bringImage(store, registries, reference, pull)).digest;
  }
}

const ABSENCE = /^REGISTRY_(NOT_FOUND|UNAUTHORIZED|FORBIDDEN|UNREACHABLE)$/;

/** Whether the image may be unknown to the registry. */
function isAbsence(error: unknown): error is AppError {
  return error instanceof AppError && ABSENCE.test(error.code);
}
