/** Which targets a name or a pattern means. */
import { AppError } from '../errors.ts';
import { compileGoPattern, hasWildcard } from '../files/index.ts';
import { nearestName } from '../nearest-name.ts';
import { targetName } from './compose-targets.ts';
import type { Definition } from './target.ts';

/** The names of targets and groups that the user asks for. @throws AppError BAKE_TARGET_NOT_FOUND */
export function askedNames(definition: Definition, asked: readonly string[]): string[] {
  const names = asked.flatMap((text) => {
    const name = targetName(text);
    if (!hasWildcard(name)) return [name];
    const known = [...definition.groups, ...definition.targets].map((item) => item.name);
    const found = known.filter(compileGoPattern(name));
    if (found.length === 0) throw notFound(`no target matches '${text}'`, text, definition);
    return found;
  });
  return [...new Set(names)];
}

/** The same names, with those of the Compose services that they depend on. */
export function withNeeded(definition: Definition, asked: readonly string[]): readonly string[] {
  const { needs, targets } = definition;
  const names = asked.flatMap((text) => {
    const name = targetName(text);
    const needed = needs?.get(name) ?? [];
    // A service that is only an image is not built, but what it needs is.
    const isOnlyImage =
      needs?.has(name) === true && !targets.some((target) => target.name === name);
    return isOnlyImage ? needed : [text, ...needed];
  });
  return [...new Set(names)];
}

/** The names of targets that `--set` changes. @throws AppError BAKE_TARGET_NOT_FOUND */
export function overriddenNames(definition: Definition, pattern: string): string[] {
  const names = definition.targets.map(({ name }) => name);
  if (names.includes(pattern)) return [pattern];
  const found = names.filter(compileGoPattern(pattern));
  if (found.length === 0) throw notFound(`no target matches '${pattern}'`, pattern, definition);
  return found;
}

/** The targets of a group, of the groups in it, or the target itself, and the groups on the way. */
export function expandGroup(
  definition: Definition,
  name: string,
): { readonly targets: readonly string[]; readonly groups: readonly string[] } {
  const targets = new Set<string>();
  const groups = new Set<string>();
  const visit = (current: string) => {
    const group = definition.groups.find((candidate) => candidate.name === current);
    if (group === undefined) {
      targets.add(current);
      return;
    }
    if (groups.has(current)) {
      // A group that names itself means the target of that name.
      if (definition.targets.some((target) => target.name === current)) targets.add(current);
      return;
    }
    groups.add(current);
    for (const member of group.targets) visit(member);
  };
  visit(name);
  return { targets: [...targets], groups: [...groups] };
}

export function notFound(message: string, name: string, definition: Definition): AppError {
  const names = [...definition.groups, ...definition.targets].map((item) => item.name);
  const near = nearestName(name, names);
  return new AppError('BAKE_TARGET_NOT_FOUND', message, {
    expected: names.length === 0 ? undefined : names.slice(0, 20).join(', '),
    hint: near === undefined ? undefined : `did you mean ${near}?`,
  });
}
