/** The build checks of `lint/`, as a build and `--check` run them. */
import { AppError, type SourceRange, type Warning } from '../../errors.ts';
import type { LintFacts } from '../../lint/index.ts';
import {
  digestOf,
  formatPlatform,
  hostPlatform,
  type ImageConfig,
  type Platform,
} from '../../oci/index.ts';
import {
  type BaseImage,
  findContext,
  platformArguments,
  type ResolveImage,
} from '../../plan/index.ts';
import { emulationFor } from '../../runtime/index.ts';
import type { Definition } from '../definition/definition.ts';
import type { BuildRun } from '../run/build-run.ts';
import { isPlatformOpen, targetPlatforms } from '../run/target-platforms.ts';

/** Resolves base images, and remembers their configs for the checks. */
export class SeenImages {
  readonly #resolve: ResolveImage;
  /** By name and platform. */
  readonly #images = new Map<string, BaseImage>();

  constructor(resolve: ResolveImage) {
    this.#resolve = resolve;
  }

  readonly resolve: ResolveImage = async (name, platform, options) => {
    const image = await this.#resolve(name, platform, options);
    this.#images.set(keyOfImage(name, platform), image);
    return image;
  };

  configOf(name: string, platform: Platform): ImageConfig | undefined {
    return this.#images.get(keyOfImage(name, platform))?.config;
  }

  architectures(): ReadonlySet<string> {
    return new Set([...this.#images.values()].map(({ config }) => config.architecture));
  }

  /** Names with platforms, and their resolutions, in a fixed order. */
  ids(): readonly (readonly [string, string])[] {
    return [...this.#images].map(([name, { id }]) => [name, id] as const).sort();
  }
}

function keyOfImage(name: string, platform: Platform): string {
  return `${name} ${formatPlatform(platform)}`;
}

/**
 * Checks the file of a build, and warns about findings that the parser has not reported already.
 * @throws AppError CHECK_FAILED if the file makes builds with warnings fail
 */
export async function runChecks(
  run: BuildRun,
  definition: Definition,
  images: SeenImages,
): Promise<void> {
  const { check } = definition.tree;
  if (check?.skipAll === true) return;
  const found = await rememberedFindings(run, definition, images);
  const reported = new Set(definition.warnings.map(keyOf));
  for (const warning of found) if (!reported.has(keyOf(warning))) run.warn(warning);
  if (check?.error === true && found.length > 0) throw checkFailed(found);
}

/** Raised when the rules change: findings of other versions are ignored. */
const RULES_EDITION = 6;

interface RememberedFindings {
  /** Covers everything that the checks read. */
  readonly digest: string;
  readonly found: readonly (Omit<Warning, 'location'> & { readonly range: SourceRange })[];
}

/** Loading and running the checks takes longer than looking up their last findings. */
async function rememberedFindings(
  run: BuildRun,
  definition: Definition,
  images: SeenImages,
): Promise<readonly Warning[]> {
  const { tree } = definition;
  const runsHere = await runnableArchitectures(run, images);
  const facts = { ...lintFacts(run, definition, images), runsHere };
  const digest = factsDigest(definition, facts, images);
  const key = `${run.options.context} ${tree.file}`;
  const known = run.store.facts.get<RememberedFindings>('checks', key);
  if (known?.digest === digest) {
    return known.found.map(({ range, ...rest }) => ({
      ...rest,
      location: tree.source.location(range),
    }));
  }
  const { lintDockerfile } = await import('../../lint/index.ts');
  const found = lintDockerfile(definition, facts);
  const remembered: RememberedFindings = {
    digest,
    found: found.flatMap(({ location, ...rest }) =>
      location === undefined ? [] : [{ ...rest, range: location.range }],
    ),
  };
  run.store.facts.put('checks', key, remembered);
  return found;
}

/** Needed only for bases for other machines, if no platform was requested. */
async function runnableArchitectures(
  { options, env }: BuildRun,
  images: SeenImages,
): Promise<ReadonlySet<string>> {
  const runnable = new Set<string>();
  if (!isPlatformOpen(options)) return runnable;
  const { os, architecture: own } = hostPlatform();
  for (const architecture of images.architectures()) {
    if (architecture === own) continue;
    const emulation = emulationFor({ os, architecture }, env);
    if ((await emulation.catch(() => undefined))?.kind === 'none') runnable.add(architecture);
  }
  return runnable;
}

function factsDigest({ tree }: Definition, facts: LintFacts, images: SeenImages): string {
  const { buildArgs, predefined, target, platform, ignoreFile, runsHere = [] } = facts;
  return digestOf(
    JSON.stringify([
      ...[RULES_EDITION, tree.text, tree.check, target ?? null, platform],
      ...[[...buildArgs], [...predefined], images.ids(), ignoreFile()?.text ?? null],
      [...runsHere],
    ]),
  );
}

function keyOf({ code, location }: Warning): string {
  return `${code} ${location?.range.start.offset}`;
}

type CheckedFile = Pick<Definition, 'contexts' | 'ignoreFile' | 'instructions'>;

/** Facts that the checks need but the file does not have. */
export function lintFacts(
  { options }: Pick<BuildRun, 'options'>,
  { contexts, ignoreFile, instructions }: CheckedFile,
  images: Pick<SeenImages, 'configOf'>,
): LintFacts {
  const sources = new Map([...contexts].map(([key, { source }]) => [key, source]));
  const [platform] = targetPlatforms(options);
  const last = instructions.findLast((instruction) => instruction.kind === 'from');
  const stage = options.target ?? last?.stage ?? 'default';
  return {
    buildArgs: new Map(Object.entries(options.buildArgs ?? {})),
    predefined: platformArguments(platform, hostPlatform(), stage),
    target: options.target,
    platform,
    imageOf: (name, platform) => {
      const source = findContext(sources, name, platform)?.source;
      return images.configOf(source?.kind === 'image' ? source.reference : name, platform);
    },
    ignoreFile,
  };
}

function checkFailed(found: readonly Warning[]): AppError {
  const rules = [...new Set(found.map(({ code }) => code))].sort();
  return new AppError('CHECK_FAILED', `the build checks failed: ${rules.join(', ')}`, {
    hint: 'fix the warnings above, or skip one with # check=skip=RULE; error=true makes them fail the build',
    location: found[0]?.location,
  });
}
