import { hasSequence, hasWord, type ShellCommand } from '../../shell/index.ts';
import { safeFix } from '../edits.ts';
import type { LintedFile, Run } from '../linted-file.ts';
import { CACHES, cacheSavings } from '../making/caches.ts';
import { addWords, commandRule, wordAmong } from '../making/make.ts';
import { hasScratchMount } from '../making/mounts.ts';
import { isPipInstall } from '../making/pip.ts';
import { stageFacts } from '../making/stage-facts.ts';

const TRUE = /^(?:1|true|True|TRUE|on|On|ON|yes|Yes|YES)$/;

export const dl3042 = commandRule(
  {
    code: 'DL3042',
    severity: 'warning',
    requires: 'pip install has --no-cache-dir',
    why: 'pip keeps what it downloads and builds in a cache, which stays in the layer and is of no use in the image.',
  },
  (command, run, file) => {
    if (!isPipInstall(command) || hasWord(command, '--no-cache-dir') || isWrapper(command)) {
      return undefined;
    }
    if (isSetInScript(run) || isSetInStage(run, file)) return undefined;
    if (hasScratchMount(run.instruction, '.cache/pip')) return undefined;
    const install = wordAmong(command, 'install') ?? command;
    return {
      what: 'pip keeps its cache in the layer',
      hint: 'add --no-cache-dir, or mount a cache: RUN --mount=type=cache,target=/root/.cache/pip',
      savings: cacheSavings(file, run, CACHES.pip),
      fix: safeFix('add --no-cache-dir', addWords(run, install, '--no-cache-dir')),
    };
  },
);

/** pipx and pipenv have no such option. */
function isWrapper(command: ShellCommand): boolean {
  return ['pipx', 'pipenv'].some(
    (name) => command.name.includes(name) || hasSequence(command, '-m', name),
  );
}

function isSetInScript({ script }: Run): boolean {
  const [, value = ''] = /PIP_NO_CACHE_DIR=["']?(\w+)/.exec(script.text) ?? [];
  return TRUE.test(value);
}

/** ENV of the stage before the RUN, or of a stage that it is based on. */
function isSetInStage({ instruction, stage }: Run, file: LintedFile): boolean {
  return instruction.node.range.start.offset > (setAt(file)[stage.index] ?? Infinity);
}

/** The first offset at which it is set. */
const setAt = stageFacts<number | undefined>(
  ({ instructions }, ofParent) =>
    ofParent ??
    instructions.find((one) => {
      return (
        one.kind === 'env' &&
        one.pairs.some(({ key, value }) => {
          return key.text === 'PIP_NO_CACHE_DIR' && TRUE.test(value.text.replace(/["']/g, ''));
        })
      );
    })?.node.range.start.offset,
);
