import { IgnoreMatcher } from '../../context/index.ts';
import { adviceRule, listed } from '../making/make.ts';
import { copiesWholeContext } from './context-copies.ts';

/** What belongs to a developer's machine, and is made again in the image. */
const LOCAL = [
  ...['.git', '.hg', '.svn', 'node_modules', '.venv', 'venv', '__pycache__', '.pytest_cache'],
  ...['.mypy_cache', '.tox', '.gradle', '.terraform', '.env', '.idea', '.vscode', '.DS_Store'],
  ...['coverage', '.next', '.nuxt', '.cache', 'target'],
];

export const unneededInContext = adviceRule({
  code: 'UnneededInContext',
  severity: 'warning',
  requires: "the ignore file excludes what a developer's machine makes",
  why: 'Directories such as node_modules and .git are large, change often, may be for another system, and can hold secrets.',
  check({ steps, around }, report) {
    const { context } = around;
    const copy = steps.find(({ instruction }) => copiesWholeContext(instruction));
    if (context?.ignoreFile === undefined || copy === undefined) return;
    const matcher = new IgnoreMatcher(context.ignoreFile);
    const sent = LOCAL.filter((name) => context.names.has(name) && !matcher.decide(name).ignored);
    if (sent.length === 0) return;
    report({
      what: `${listed(sent)} ${sent.length === 1 ? 'is' : 'are'} in the context, and the ignore file does not exclude ${sent.length === 1 ? 'it' : 'them'}`,
      hint: `add ${sent.join(', ')} to ${context.ignoreFile.file}`,
      range: copy.instruction.node.range,
      instruction: copy.owner,
    });
  },
});
