/** Base images by name, each looked up once; failures get the location of the name. */
import { findStage, type StageSource, type Stages } from '../dockerfile/index.ts';
import { AppError, locate, revised, type SourceLocation } from '../errors.ts';
import { nearestName } from '../nearest-name.ts';
import { normalizePlatform, type Platform } from '../oci/index.ts';
import type { NamedSource } from './contexts.ts';
import type { BaseImage, ResolveImage } from './plan.ts';
import type { PlanOptions } from './stage-plan.ts';

interface NamedImage {
  /** Location of the name. */
  readonly location: SourceLocation;
  /** The stage it is in: only those before it may have been meant. */
  readonly before: number;
  /** As in `ResolveImageOptions`. */
  readonly takesOther?: boolean | undefined;
}

export class BaseImages {
  readonly #options: PlanOptions;
  readonly #stages: Stages;
  readonly #images = new Map<string, Promise<BaseImage>>();

  constructor(options: PlanOptions, stages: Stages) {
    this.#options = options;
    this.#stages = stages;
  }

  /** @throws what `resolveImage` throws, at the location of the name, with the stage that was probably meant */
  async named(
    name: string,
    platform: Platform,
    { location, before, takesOther = false }: NamedImage,
  ): Promise<BaseImage> {
    const key = `${name} ${JSON.stringify(platform)} ${takesOther}`;
    try {
      return await this.#once(key, () =>
        this.#options.resolveImage(name, platform, { takesOther }),
      );
    } catch (error) {
      throw located(
        error instanceof AppError
          ? withStageHint(error, name, { stages: this.#stages.stages, before })
          : error,
        location,
      );
    }
  }

  /** The image of a named context, which is used for every platform. */
  async ofContext(
    { name, source }: NamedSource,
    platform: Platform,
    location: SourceLocation,
  ): Promise<BaseImage> {
    if (source.kind !== 'image') throw new Error('not an image');
    const resolve: ResolveImage = source.resolve ?? this.#options.resolveImage;
    const key = `context ${name} ${JSON.stringify(platform)}`;
    try {
      return await this.#once(key, () => resolve(source.reference, platform, { takesOther: true }));
    } catch (error) {
      throw located(error, location);
    }
  }

  #once(key: string, resolve: () => Promise<BaseImage>): Promise<BaseImage> {
    const image = this.#images.get(key) ?? resolve();
    this.#images.set(key, image);
    return image;
  }
}

function located(error: unknown, location: SourceLocation): unknown {
  return error instanceof AppError ? locate(error, location) : error;
}

interface StagesAround {
  readonly stages: readonly StageSource[];
  /** The stage with the name: only those before it may have been meant. */
  readonly before: number;
}

/** A stage that is misspelled, or used too early, leads to an error about an image that the user never meant. */
export function withStageHint(
  error: AppError,
  name: string,
  { stages, before }: StagesAround,
): AppError {
  const later = findStage(stages, name);
  const names = stages.slice(0, before).flatMap(({ from }) => from.stage ?? []);
  const near = nearestName(name.toLowerCase(), names);
  const hint =
    later !== undefined && later.index >= before
      ? later.index === before
        ? `a stage cannot use itself: '${name}' is this stage`
        : `stage '${name}' is defined later: FROM can use only earlier stages`
      : near === undefined
        ? error.hint
        : `did you mean stage '${near}'?`;
  return revised(error, { hint });
}

/** Its own platform, if it is for another machine than expected. */
export function platformOfBase({ config }: BaseImage, wanted: Platform): Platform {
  const { os, architecture, variant } = config;
  if (os === wanted.os && architecture === wanted.architecture) return wanted;
  return normalizePlatform({ os, architecture, ...(variant !== undefined && { variant }) });
}
