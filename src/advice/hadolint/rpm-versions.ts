/** Versions in the names of packages that yum and dnf install. */
import { operandsOf, runs, type ShellCommand } from '../../shell/index.ts';
import type { LintedFile, Run } from '../linted-file.ts';
import { commandRule, listed } from '../making/make.ts';
import { chainOf } from '../making/stage-facts.ts';
import type { AdviceRule, RuleText } from '../rule.ts';

/** @param unversioned words, such as `module`, whose installs are not about packages */
export function rpmVersionRule(
  text: RuleText,
  programs: readonly string[],
  unversioned: readonly string[],
): AdviceRule {
  return commandRule(text, (command, run, file) => {
    if (!runs(command, programs, 'install')) return undefined;
    const isModule = runs(command, programs, 'module');
    const open = namesOf(command).filter((name) =>
      isModule
        ? !name.includes(':')
        : !runs(command, programs, ...unversioned) && !hasVersion(name, run, file),
    );
    if (open.length === 0) return undefined;
    return {
      what: `${command.name} installs ${listed(open)} without a version`,
      hint: isModule ? `write ${open[0]}:STREAM` : `write ${open[0]}-VERSION`,
    };
  });
}

function namesOf(command: ShellCommand): readonly string[] {
  const names = operandsOf(command).map(({ value }) => value);
  return names.filter((name) => name !== 'install' && name !== 'module');
}

/** `name-1.2-3.el9`: parts after the first, of which one begins with a digit. */
function hasVersion(name: string, run: Run, file: LintedFile): boolean {
  const [, ...parts] = name.split('-');
  if (parts.length === 0) return false;
  if (name.endsWith('.rpm')) return true;
  if (name.includes('$')) return variablesOf(run, file).some((one) => name.includes(`\${${one}}`));
  return parts.every((part) => /^[\w.~^:+]*$/.test(part)) && parts.some((part) => /^\d/.test(part));
}

/** Variables that ARG and ENV set before the RUN, also in the stages that its stage is based on. */
function variablesOf(run: Run, { steps }: LintedFile): readonly string[] {
  const end = run.instruction.node.range.start.offset;
  const chain = new Set(chainOf(run.stage));
  return steps.flatMap(({ instruction, stage }) => {
    if (instruction.node.range.start.offset >= end) return [];
    if (instruction.kind === 'arg') return instruction.args.map(({ name }) => name.text);
    if (instruction.kind !== 'env' || !chain.has(stage)) return [];
    return instruction.pairs.map(({ key }) => key.text);
  });
}
