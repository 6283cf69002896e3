/**
 * Base images for queries that build nothing: from the store, then from their registries, of which only configs are
 * fetched. Nothing is kept.
 */
import type { SkippedImage } from '../../api/index.ts';
import { AppError } from '../../errors.ts';
import { chooseImage, openRegistrySource, rootOf } from '../../image/index.ts';
import { formatPlatform, type Platform, parseReference } from '../../oci/index.ts';
import type { BaseImage, ResolveImage, ResolveImageOptions } from '../../plan/index.ts';
import type { Registries } from '../../registry/index.ts';
import { storeName } from '../../transfer/index.ts';
import type { BuildRun } from '../run/build-run.ts';
import { imageResolver, wrongPlatform } from './base-images.ts';
import { imageNotFound } from './image-not-found.ts';
import { hasImage } from './remote-images.ts';

/** Milliseconds to wait for an answer to a query that is not worth a build. */
const LONGEST_WAIT_MS = 20_000;
/** The registry has answered: it has no such image for this platform. */
const ABSENT = /^REGISTRY_(NOT_FOUND|UNAUTHORIZED|FORBIDDEN)$/;

export class AskedImages {
  readonly #run: BuildRun;
  readonly #registries: (() => Promise<Registries>) | undefined;
  readonly #asked = new Map<string, Promise<BaseImage>>();
  readonly #skipped = new Map<string, SkippedImage>();
  /** Starts with the first request. */
  #deadline: AbortSignal | undefined;

  readonly #unanswered = new WeakSet<Error>();

  constructor(run: BuildRun, registries: (() => Promise<Registries>) | undefined) {
    this.#run = run;
    this.#registries = registries;
  }

  /** Images whose registries did not answer, sorted by name. */
  get skipped(): readonly SkippedImage[] {
    return [...this.#skipped.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Whether an error only says that an image was skipped. */
  isSkip(error: unknown): boolean {
    return error instanceof Error && this.#unanswered.has(error);
  }

  /**
   * @throws AppError IMAGE_NOT_FOUND, IMAGE_PLATFORM…, REFERENCE_INVALID; for a skipped image, the error of its
   * registry
   */
  readonly resolve: ResolveImage = (name, platform, options = {}) => {
    const key = `${name} ${formatPlatform(platform)} ${options.takesOther === true}`;
    const asked = this.#asked.get(key) ?? this.#resolve(name, platform, options);
    this.#asked.set(key, asked);
    return asked;
  };

  async #resolve(
    name: string,
    platform: Platform,
    options: ResolveImageOptions,
  ): Promise<BaseImage> {
    const { store, signal } = this.#run;
    const local = imageResolver(store);
    const registries = this.#registries;
    if (registries === undefined || /^sha256:/.test(name)) return local(name, platform, options);
    if (hasImage(this.#run, name, { platform, ...options })) return local(name, platform, options);
    const wanted = parseReference(name);
    try {
      this.#deadline ??= AbortSignal.timeout(LONGEST_WAIT_MS);
      const until = AbortSignal.any([signal, this.#deadline]);
      const request = { signal: until };
      const source = await openRegistrySource(await registries(), storeName(wanted), request);
      const image = await chooseImage(source, rootOf(source), { platform, ...request });
      return { name, id: image.manifest.config.digest, config: image.config };
    } catch (error) {
      signal.throwIfAborted();
      const failure = this.#failure(error);
      if (!ABSENT.test(failure.code)) {
        if (!failure.code.startsWith('IMAGE_')) this.#skip(name, failure);
        throw failure;
      }
      if (store.images.variants(name).length === 0)
        throw await imageNotFound(store, wanted, failure);
      if (options.takesOther === true) return local(name, platform, options);
      throw wrongPlatform(store, name, { wanted: platform, cause: failure });
    }
  }

  #skip(name: string, failure: AppError): void {
    this.#skipped.set(name, { name, reason: failure.message });
    this.#unanswered.add(failure);
  }

  #failure(error: unknown): AppError {
    if (this.#deadline?.aborted === true) {
      const seconds = LONGEST_WAIT_MS / 1000;
      return new AppError('REGISTRY_UNREACHABLE', `no answer within ${seconds} seconds`);
    }
    if (error instanceof AppError) return error;
    throw error;
  }
}
