/** BuildKit's checks, and the warnings of the parser, as findings. */
import type { Instruction } from '../dockerfile/index.ts';
import type { SourceRange, Warning } from '../errors.ts';
import { type Finding, type LintFacts, lintDockerfile, ruleOf, rulePage } from '../lint/index.ts';
import { fixOfBuildCheck } from './build-check-fixes.ts';
import type { LintedFile } from './linted-file.ts';
import type { Exemptions } from './pragmas.ts';
import type { Surroundings } from './surroundings.ts';
import { twinsOf } from './twins.ts';

const START: SourceRange = {
  start: { line: 1, column: 1, offset: 0 },
  end: { line: 1, column: 1, offset: 0 },
};

/**
 * What a build knows beyond the file, as configs of base images, is unknown here. What exempts from the rule of hadolint for
 * the same mistake exempts from the check, too.
 */
export function buildChecks(
  file: LintedFile,
  warnings: readonly Warning[],
  exemptions: Exemptions | undefined,
): readonly Finding[] {
  const { tree, instructions, around, settings } = file;
  const first = instructions.findIndex(({ kind }) => kind === 'from');
  const valid = instructions.filter(({ kind }, index) => kind === 'arg' || index >= first);
  const found =
    first < 0 ? [] : lintDockerfile({ tree, instructions: valid, warnings }, factsOf(around));
  const other = warnings.filter((warning) => ruleOf(warning) === undefined);
  return [...found, ...other].flatMap((warning) => {
    const range = warning.location?.range ?? START;
    const about = instructionAt(instructions, range.start.offset);
    const codes = [warning.code, ...twinsOf(warning.code)];
    if (codes.some((code) => settings.ignored.has(code))) return [];
    if (codes.some((code) => exemptions?.has(code, about) === true)) return [];
    return [findingOf(warning, range, { file, about })];
  });
}

interface Place {
  readonly file: LintedFile;
  readonly about: Instruction | undefined;
}

function findingOf(warning: Warning, range: SourceRange, { file, about }: Place): Finding {
  const { code, message, hint = '' } = warning;
  const rule = ruleOf(warning);
  return {
    ...{ code, severity: 'warning', what: message, hint, range },
    family: rule === undefined ? 'syntax' : 'buildkit',
    instruction: about?.node.range,
    why: rule === undefined ? '' : sentence(rule.description),
    page: rule === undefined ? undefined : rulePage(rule.name),
    fix: rule === undefined ? undefined : fixOfBuildCheck(rule.name, range, { file, about }),
  };
}

/** By halving: there may be a finding in each of very many instructions. */
function instructionAt(
  instructions: readonly Instruction[],
  offset: number,
): Instruction | undefined {
  let [low, high] = [0, instructions.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const end = instructions[middle]?.node.extent.end.offset ?? 0;
    if (end <= offset) low = middle + 1;
    else high = middle;
  }
  const found = instructions[low];
  return found !== undefined && found.node.extent.start.offset <= offset ? found : undefined;
}

function factsOf({ context }: Surroundings): LintFacts {
  const parts = ['PLATFORM', 'OS', 'ARCH', 'VARIANT', 'OSVERSION'];
  const names = ['BUILD', 'TARGET'].flatMap((side) => parts.map((part) => `${side}${part}`));
  return {
    buildArgs: new Map(),
    predefined: new Map([
      ...[...names, 'TARGETSTAGE'].map((name) => [name, ''] as const),
      ['TARGETPLATFORM', 'linux/amd64'],
      ['BUILDPLATFORM', 'linux/amd64'],
    ]),
    target: undefined,
    wantsAllStages: true,
    platform: { os: 'linux', architecture: 'amd64' },
    imageOf: () => undefined,
    ignoreFile: () => context?.ignoreFile,
  };
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
