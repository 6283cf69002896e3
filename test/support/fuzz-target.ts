/** Invariants for any text as a Dockerfile: checked by `npm run fuzz`, and by a test for the saved seeds. */
import {
  type Expanded,
  expandForDisplay,
  expandHeredoc,
  expandWord,
  expandWords,
  type Instruction,
  parseDockerfile,
  parseInstructions,
  parseMount,
  parseTrigger,
  printTree,
  readDockerfile,
  type SyntaxTree,
  shellScript,
  type Word,
} from '../../src/dockerfile/index.ts';
import { AppError } from '../../src/errors.ts';
import { formatDockerfile } from '../../src/format/index.ts';

const VALUES: Readonly<Record<string, string>> = { a: 'x y', b: '', v: 'abcabc', PATH: '/bin:/b' };

/**
 * @returns the outcomes of the text (`error:…`, `warning:…`, `kind:…`), by which a fuzzer recognises new paths
 * @throws any error that is no `AppError`, and an `Error` if an invariant fails
 */
export function checkDockerfile(text: string): Set<string> {
  const features = new Set<string>();
  const read = attempt(features, 'read', () => readDockerfile(text, { file: 'Dockerfile' }));
  if (read !== undefined) {
    checkPrint(read.tree, text);
    for (const problem of read.problems) checkError(features, 'problem', problem);
  }
  const tree = attempt(features, 'error', () => parseDockerfile(text, { file: 'Dockerfile' }));
  if (tree === undefined) return features;
  checkPrint(tree, text);
  const parsed = attempt(features, 'error', () => parseInstructions(tree));
  if (parsed !== undefined) checkFormat(text);
  for (const warning of parsed?.warnings ?? []) features.add(`warning:${warning.code}`);
  for (const instruction of parsed?.instructions ?? []) {
    checkInstruction(features, instruction, tree);
  }
  return features;
}

function checkPrint(tree: SyntaxTree, text: string): void {
  if (printTree(tree) !== text) throw new Error('the printed tree is not the text');
}

/** Formatting proves itself that it keeps the meaning. */
function checkFormat(text: string): void {
  for (const indentsCommands of [false, true]) {
    const settings = { file: 'Dockerfile', indentsCommands };
    const once = formatDockerfile(text, settings).text;
    const twice = formatDockerfile(once, settings).text;
    if (twice !== once) throw new Error('formatting again changes the text');
  }
}

function checkInstruction(features: Set<string>, instruction: Instruction, tree: SyntaxTree): void {
  const { kind } = instruction;
  features.add(`kind:${kind}`);
  // ARG, STOPSIGNAL and HEALTHCHECK NONE accept any flag.
  const none = kind === 'healthcheck' && instruction.test.kind === 'none';
  const flags = none || kind === 'arg' || kind === 'stopsignal' ? [] : instruction.node.flags;
  for (const { name } of flags) features.add(`flag:${kind}:${name}`);
  for (const word of wordsOf(instruction)) checkWord(features, word, tree);
  for (const { body, expand } of instruction.node.heredocs) {
    features.add(`heredoc:${kind}:${expand}`);
    attempt(features, 'expand', () => expandHeredoc(body, { lookup }));
  }
  if (kind === 'onbuild') attempt(features, 'trigger', () => parseTrigger(instruction.trigger));
  if (kind !== 'run') return;
  if (instruction.command.form === 'shell') features.add(`script:${shellScript(instruction).kind}`);
  const { source } = tree;
  const expand = (word: Word) => expandWord(word, { lookup, source }).text;
  for (const mount of instruction.mounts) {
    const made = attempt(features, 'mount', () => parseMount(mount, { source, expand }));
    if (made !== undefined) features.add(`mount:${made.type}`);
  }
}

function checkWord(features: Set<string>, word: Word, tree: SyntaxTree): void {
  const { start, end } = word.range;
  if (start.offset > end.offset || end.offset > tree.text.length) {
    throw new Error('a word lies outside of the text');
  }
  const options = { lookup, source: tree.source, escape: tree.escape };
  const whole: Expanded | undefined = attempt(features, 'expand', () => expandWord(word, options));
  const parted = attempt(features, 'expand', () => expandWords(word, options));
  if ((whole === undefined) !== (parted === undefined)) {
    throw new Error('only one of both ways to expand a word took it');
  }
  attempt(features, 'expand', () => expandHeredoc(word, options));
  expandForDisplay(word.text, options);
}

function lookup(name: string): string | undefined {
  return Object.hasOwn(VALUES, name) ? VALUES[name] : undefined;
}

/** All words in an instruction, at any depth, except in its node and location. */
function wordsOf(value: unknown): Word[] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap(wordsOf);
  const own = isWord(value) ? [value] : [];
  const inner = Object.entries(value).filter(
    ([key]) => !['node', 'location', 'range'].includes(key),
  );
  return [...own, ...inner.flatMap(([, item]) => wordsOf(item))];
}

function isWord(value: object): value is Word {
  return 'text' in value && typeof value.text === 'string' && 'range' in value;
}

function attempt<Result>(
  features: Set<string>,
  what: string,
  work: () => Result,
): Result | undefined {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    checkError(features, what, error);
    return undefined;
  }
}

function checkError(features: Set<string>, what: string, error: AppError): void {
  features.add(`${what}:${error.code}`);
  const { location } = error;
  if (location === undefined) return;
  const { start, end } = location.range;
  const ordered = 0 <= start.offset && start.offset <= end.offset;
  if (!ordered || end.offset > location.text.length) {
    throw new Error(`${error.code} underlines what is not there`);
  }
}
