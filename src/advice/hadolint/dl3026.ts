import type { Instruction } from '../../dockerfile/index.ts';
import type { SourceRange } from '../../errors.ts';
import { imageParts } from '../making/image-name.ts';
import { adviceRule } from '../making/make.ts';

export const dl3026 = adviceRule({
  code: 'DL3026',
  severity: 'error',
  requires: 'images come from registries that the configuration trusts',
  why: 'A base image runs its code in your build and in your containers, so it should come from a registry that somebody watches.',
  check({ steps, settings }, report) {
    if (settings.trustedRegistries.length === 0) return;
    const stages = new Set<string>();
    for (const { instruction, owner } of steps) {
      if (instruction !== owner) continue;
      for (const { name, range } of imagesOf(instruction)) {
        if (stages.has(imageParts(name).name) || isTrusted(name, settings.trustedRegistries)) {
          continue;
        }
        report({
          what: `'${name}' is not from a trusted registry`,
          hint: `use an image of ${settings.trustedRegistries.join(', ')}, or trust the registry in the configuration`,
          range,
          instruction,
        });
      }
      if (instruction.kind === 'from' && instruction.stageWord !== undefined) {
        stages.add(instruction.stageWord.text);
      }
    }
  },
});

/** The images that an instruction names, also in mounts. */
function imagesOf(instruction: Instruction): { name: string; range: SourceRange }[] {
  const { kind } = instruction;
  const words = (() => {
    if (kind === 'from') return [instruction.image];
    if (kind === 'copy') return [instruction.from];
    if (kind !== 'run') return [];
    return instruction.mounts.flatMap(({ fields }) =>
      fields.flatMap(({ key, value }) => (key === 'from' ? [value] : [])),
    );
  })();
  return words.flatMap((word) =>
    word === undefined ? [] : [{ name: word.text, range: word.range }],
  );
}

function isTrusted(image: string, trusted: readonly string[]): boolean {
  const { registry, name } = imageParts(image);
  if (registry === undefined && name === 'scratch') return true;
  const names = registry === undefined ? ['docker.io', 'hub.docker.com'] : [registry];
  return trusted.some((pattern) => names.some((one) => matches(pattern, one)));
}

function matches(pattern: string, registry: string): boolean {
  if (pattern.startsWith('*')) return registry.endsWith(pattern.slice(1));
  if (pattern.endsWith('*')) return registry.startsWith(pattern.slice(0, -1));
  return pattern === registry;
}
