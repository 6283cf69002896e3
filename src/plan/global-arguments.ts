/** The scope before the first FROM: the variables of FROM lines. */
import type { StageSource, Stages, SyntaxTree, Word } from '../dockerfile/index.ts';
import { expandWord } from '../dockerfile/index.ts';
import { platformArguments } from './arguments.ts';
import type { PlanOptions } from './stage-plan.ts';

/** Platform arguments and the ARGs before the first FROM; each sees those before it. */
export function globalArguments(
  {
    tree,
    platform,
    buildPlatform,
    buildArgs,
    epoch,
  }: Pick<PlanOptions, 'tree' | 'platform' | 'buildPlatform' | 'buildArgs' | 'epoch'>,
  { globals }: Stages,
  target: StageSource,
): ReadonlyMap<string, string> {
  const stageName = target.from.stage ?? 'default';
  const values = new Map(platformArguments(platform, buildPlatform, stageName));
  for (const name of values.keys()) {
    const given = buildArgs.get(name);
    if (given !== undefined) values.set(name, given);
  }
  for (const { args } of globals) {
    for (const { name, value } of args) {
      const given = buildArgs.get(name.text);
      if (given !== undefined) values.set(name.text, given);
      else if (value !== undefined) values.set(name.text, expandGlobal(tree, value, values));
    }
  }
  if (epoch === '') values.delete('SOURCE_DATE_EPOCH');
  else if (epoch !== undefined) values.set('SOURCE_DATE_EPOCH', epoch);
  return values;
}

/** A word of the global scope with its variables replaced. */
export function expandGlobal(
  tree: SyntaxTree,
  word: Word,
  values: ReadonlyMap<string, string>,
): string {
  const { escape: escapeCharacter, source } = tree;
  const lookup = (name: string) => values.get(name);
  return expandWord(word, { lookup, escape: escapeCharacter, source }).text;
}
