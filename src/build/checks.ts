/** The build checks of `lint/`, as a build and `--check` run them. */
import { AppError, type Warning } from '../errors.ts';
import type { LintFacts } from '../lint/index.ts';
import { hostPlatform, type ImageConfig, type Platform } from '../oci/index.ts';
import { type BaseImage, platformArguments, type ResolveImage } from '../plan/index.ts';
import type { BuildRun } from './build.ts';
import type { Definition } from './definition.ts';
import { targetPlatform } from './target-platform.ts';

/** Resolves base images, and remembers their configs for the checks. */
export class SeenImages {
  readonly #resolve: ResolveImage;
  readonly #configs = new Map<string, ImageConfig>();

  constructor(resolve: ResolveImage) {
    this.#resolve = resolve;
  }

  readonly resolve = async (name: string, platform: Platform): Promise<BaseImage> => {
    const image = await this.#resolve(name, platform);
    this.#configs.set(name, image.config);
    return image;
  };

  configOf(name: string): ImageConfig | undefined {
    return this.#configs.get(name);
  }
}

/**
 * Checks the file of a build, and warns of what is found beside what the parser has told already.
 * @throws AppError CHECK_FAILED where the file says that a build with warnings fails
 */
export async function runChecks(
  run: BuildRun,
  definition: Definition,
  images: SeenImages,
): Promise<void> {
  const { check } = definition.tree;
  if (check?.skipAll === true) return;
  // Only loaded when it is needed: it is no part of what makes the image.
  const { lintDockerfile } = await import('../lint/index.ts');
  const found = lintDockerfile(definition, lintFacts(run, definition, images));
  const told = new Set(definition.warnings.map(keyOf));
  for (const warning of found) if (!told.has(keyOf(warning))) run.warn(warning);
  if (check?.error === true && found.length > 0) throw checkFailed(found);
}

function keyOf({ code, location }: Warning): string {
  return `${code} ${location?.range.start.offset}`;
}

/** What the file does not say, but the checks need. */
export function lintFacts(
  { options }: BuildRun,
  { ignoreFile, instructions }: Definition,
  images: Pick<SeenImages, 'configOf'>,
): LintFacts {
  const platform = targetPlatform(options);
  const last = instructions.findLast((instruction) => instruction.kind === 'from');
  const stage = options.target ?? last?.stage ?? 'default';
  return {
    buildArgs: new Map(Object.entries(options.buildArgs ?? {})),
    predefined: platformArguments(platform, hostPlatform(), stage),
    target: options.target,
    platform,
    imageOf: (name) => images.configOf(name),
    ignoreFile,
  };
}

function checkFailed(found: readonly Warning[]): AppError {
  const rules = [...new Set(found.map(({ code }) => code))].sort();
  return new AppError('CHECK_FAILED', `the checks of the file failed: ${rules.join(', ')}`, {
    hint: 'see the warnings above; # check=skip=RULE silences one, error=true makes them fail the build',
    location: found[0]?.location,
  });
}
