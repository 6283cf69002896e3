import type { Instruction } from '../../dockerfile/index.ts';
import type { Fix } from '../../lint/index.ts';
import { hasOption, hasWord, operandsOf, runs, type ShellCommand } from '../../shell/index.ts';
import { riskyFix } from '../edits.ts';
import { type Run, runsOfStage } from '../linted-file.ts';
import { addWords, adviceRule, wordAmong } from '../making/make.ts';
import { stageFacts } from '../making/stage-facts.ts';
import { compiles } from './compilers.ts';

export const devDependenciesInFinalStage = adviceRule({
  code: 'DevDependenciesInFinalStage',
  severity: 'info',
  requires: 'the final stage installs no dependencies that only development needs',
  why: 'Test runners, compilers and type definitions are often most of node_modules or vendor, and the program does not load them.',
  check(file, report) {
    const last = file.stages.at(-1);
    const own = last === undefined ? [] : runsOfStage(file, last);
    // They are needed here: the stage compiles with them.
    if (own.some(({ script }) => script.commands.some(compiles))) return;
    for (const run of own) {
      for (const command of run.script.commands) {
        const option = isProduction(file)[run.stage.index] ? undefined : missingOption(command);
        if (option === undefined) continue;
        report({
          what: `${command.name} also installs development dependencies in the final stage`,
          hint: `add ${option}`,
          range: run.script.rangeOf(command),
          instruction: run.owner,
          fix: fixOf(run, command, option),
        });
      }
    }
  },
});

/** The option that would leave them out. */
function missingOption(command: ShellCommand): string | undefined {
  const [, ...named] = operandsOf(command);
  if (named.length > 0 || isProductionCommand(command)) return undefined;
  if (runs(command, 'npm', 'ci', 'install', 'i') && !hasOption(command, 'g', 'global')) {
    return hasOption(command, 'omit', 'production', 'only') ? undefined : '--omit=dev';
  }
  if (runs(command, 'pnpm', 'install', 'i')) {
    return hasOption(command, 'prod', 'P', 'production') ? undefined : '--prod';
  }
  if (runs(command, 'yarn', 'install')) {
    return hasOption(command, 'production', 'prod') ? undefined : '--production';
  }
  if (runs(command, 'composer', 'install')) {
    return hasOption(command, 'no-dev') ? undefined : '--no-dev';
  }
  return undefined;
}

function isProductionCommand({ assignments }: ShellCommand): boolean {
  return assignments.some(({ name, value }) => name === 'NODE_ENV' && value === 'production');
}

const isProduction = stageFacts<boolean>(
  ({ instructions }, ofParent = false) => ofParent || instructions.some(setsProduction),
);

function setsProduction(instruction: Instruction): boolean {
  if (instruction.kind === 'env') {
    return instruction.pairs.some(
      ({ key, value }) => key.text === 'NODE_ENV' && /^["']?production["']?$/.test(value.text),
    );
  }
  return (
    instruction.kind === 'arg' &&
    instruction.args.some(
      ({ name, value }) => name.text === 'NODE_ENV' && value?.text === 'production',
    )
  );
}

function fixOf(run: Run, command: ShellCommand, option: string): Fix | undefined {
  const verb = wordAmong(command, 'ci', 'install', 'i');
  if (verb === undefined || hasWord(command, '--')) return undefined;
  return riskyFix(`add ${option}`, addWords(run, verb, option));
}
