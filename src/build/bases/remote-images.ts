/** Where FROM and COPY --from find images: the local store, then their registries. */
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
import type { ResolveImage } from '../../plan/index.ts';
import type { Registries } from '../../registry/index.ts';
import { isPlatformOpen } from '../plans/target-platforms.ts';
import type { BuildRun } from '../run.ts';
import { asStep } from '../steps/internal-step.ts';
import { internalStep } from '../steps/step-infos.ts';
import { imageResolver } from './base-images.ts';
import { imageNotFound } from './image-not-found.ts';

/**
 * Finds base images, each once: in the store if it is there, else at its registry, from which only its config is
 * fetched. With `pull` tags are asked for at their registry first.
 *
 * @throws AppError IMAGE_NOT_FOUND, IMAGE_PLATFORM, REFERENCE_INVALID, REGISTRY_…
 */
export function remoteResolver(run: BuildRun, registries: () => Promise<Registries>): ResolveImage {
  const local = imageResolver(run.store);
  const seeker = new Seeker(run, registries);
  return async (name, platform) => {
    const wanted = wantedBy(name);
    const isHere = wanted === undefined || hasImage(run, name, platform);
    const mayHaveMoved = run.options.pull === true && wanted?.digest === undefined;
    if (wanted === undefined || (isHere && !mayHaveMoved)) return local(name, platform);
    const found = await seeker.seek(name, wanted, platform);
    return { ...(await local(found, platform)), name };
  };
}

/** Undefined for what only the store can know: the id of an image. */
function wantedBy(name: string): Reference | undefined {
  return /^sha256:/.test(name) ? undefined : parseReference(name);
}

interface Wanted {
  readonly name: string;
  readonly wanted: Reference;
  readonly platform: Platform;
}

/** Where nobody asked for a platform, the image of that name is the one that is meant. */
function hasImage({ store, options }: BuildRun, name: string, platform: Platform): boolean {
  const variants = store.images.variants(name);
  const isOpen = isPlatformOpen(options) && platformMatches(hostPlatform(), platform);
  return (isOpen && variants.length === 1) || selectPlatform(platform, variants) !== undefined;
}

/** Asks registries, once a build for each name and platform. */
class Seeker {
  readonly #run: BuildRun;
  readonly #registries: () => Promise<Registries>;
  readonly #sought = new Map<string, Promise<string>>();
  /** What names mean in this build, whatever becomes of them meanwhile. */
  readonly #pins = new Map<string, Promise<Digest | undefined>>();

  constructor(run: BuildRun, registries: () => Promise<Registries>) {
    this.#run = run;
    this.#registries = registries;
  }

  /** @returns the name under which the store has the image now */
  seek(name: string, reference: Reference, platform: Platform): Promise<string> {
    const key = `${formatReference(reference)} ${formatPlatform(platform)}`;
    const known = this.#sought.get(key) ?? this.#seek({ name, wanted: reference, platform });
    this.#sought.set(key, known);
    return known;
  }

  async #seek({ name, wanted, platform }: Wanted): Promise<string> {
    const { store } = this.#run;
    const { imageOfDigest, storeName } = await import('../../transfer/index.ts');
    const full = formatReference(storeName(wanted));
    const { digest } = wanted;
    const same = digest && imageOfDigest(store, wanted, { digest, platform });
    if (same !== undefined) {
      store.images.tag(same.id, full);
      return full;
    }
    try {
      await this.#bring(full, wanted, platform);
      return full;
    } catch (error) {
      const isOnlyLack = this.#run.options.pull !== true && store.images.variants(name).length > 0;
      if (isOnlyLack && isAbsence(error)) return name;
      throw isAbsence(error) ? imageNotFound(store, wanted, error) : error;
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

  /** @returns what the name means */
  async #ask(
    full: string,
    reference: Reference,
    { platform, pinned }: { readonly platform: Platform; readonly pinned: Digest | undefined },
  ): Promise<Digest> {
    const { store, signal, options } = this.#run;
    const { bringImage, imageOfDigest } = await import('../../transfer/index.ts');
    const registries = await this.#registries();
    const variants = store.images.variants(full);
    // Where perhaps nothing has changed, what costs least is asked first.
    const isCheck = pinned === undefined && variants.length > 0;
    const digest = isCheck ? (await registries.resolve(reference, { signal })).digest : pinned;
    const same = digest && imageOfDigest(store, reference, { digest, platform });
    if (digest !== undefined && variants.some(({ id }) => id === same?.id)) return digest;
    const pull = { platform, pinned: digest, isNewer: options.pull, signal };
    return (await bringImage(store, registries, reference, pull)).digest;
  }
}

const ABSENCE = /^REGISTRY_(NOT_FOUND|UNAUTHORIZED|FORBIDDEN|UNREACHABLE)$/;

/** Whether it may be that the registry has nothing to do with the image. */
function isAbsence(error: unknown): error is AppError {
  return error instanceof AppError && ABSENCE.test(error.code);
}
