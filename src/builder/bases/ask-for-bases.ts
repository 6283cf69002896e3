/** Requests the base images of a file's stages early, before the file is planned. */
import { AppError, locate } from '../../errors.ts';
import type { LintFacts } from '../../lint/index.ts';
import type { Platform } from '../../oci/index.ts';
import { findContext } from '../../plan/index.ts';
import type { Definition } from '../definition/definition.ts';
import type { SeenImages } from '../plans/checks.ts';
import type { BuildRun } from '../run/build-run.ts';
import { isPlatformOpen } from '../run/target-platforms.ts';
import type { AskedImages } from './asked-images.ts';

export interface BaseQuestions {
  readonly run: BuildRun;
  readonly images: SeenImages;
  readonly asked: AskedImages;
}

/**
 * Requests all of them at once.
 *
 * @returns the first failure, in the order of the file, other than a skipped image
 */
export async function askForBases(
  definition: Definition,
  facts: LintFacts,
  { run, images, asked }: BaseQuestions,
): Promise<AppError | undefined> {
  const wanted: { readonly name: string; readonly platform: Platform }[] = [];
  const imageOf = (name: string, platform: Platform): undefined => {
    if (!isReplaced(definition, name, platform)) wanted.push({ name, platform });
  };
  const { tree, instructions } = definition;
  const { surveyDockerfile } = await import('../../lint/index.ts');
  const { stages } = surveyDockerfile(tree, instructions, { ...facts, imageOf });
  const fromOf = (name: string) => stages.find(({ base }) => base.name === name)?.from;
  const isOpen = isPlatformOpen(run.options);
  const answers = await Promise.allSettled(
    wanted.map(({ name, platform }) => {
      const takesOther = isOpen && fromOf(name)?.platform === undefined;
      return images.resolve(name, platform, { takesOther });
    }),
  );
  for (const [index, answer] of answers.entries()) {
    if (answer.status === 'fulfilled' || asked.isSkip(answer.reason)) continue;
    if (!(answer.reason instanceof AppError)) throw answer.reason;
    const word = fromOf(wanted[index]?.name ?? '')?.image;
    const { reason } = answer;
    return word === undefined ? reason : locate(reason, tree.source.location(word.range));
  }
  return undefined;
}

/** By a named context. */
function isReplaced({ contexts }: Definition, name: string, platform: Platform): boolean {
  const sources = new Map([...contexts].map(([key, { source }]) => [key, source]));
  return findContext(sources, name, platform) !== undefined;
}
