/** COPY and ADD. */
import { InstructionFault } from '../fault.ts';
import { parseHeredocToken, stripLeadingTabs } from '../heredoc.ts';
import { quote } from '../quote.ts';
import type { Word } from '../tree.ts';
import { jsonOrWords } from '../words.ts';
import { readFlagSet } from './flag-set.ts';
import { baseOf, keywordOf, missingArgument, type Scope, spanOf } from './scope.ts';
import { commentWord, warnOfComment } from './trailing-comment.ts';
import type { AddInstruction, CopyInstruction, InlineFile } from './types.ts';

const SHARED_FLAGS = { chown: 'text', chmod: 'text', link: 'boolean', exclude: 'list' } as const;
const COPY_FLAGS = { from: 'text', ...SHARED_FLAGS, parents: 'boolean' } as const;
const ADD_FLAGS = {
  ...SHARED_FLAGS,
  'keep-git-dir': 'boolean',
  checksum: 'text',
  unpack: 'boolean',
} as const;

/** `COPY [flags] source … destination` */
export function parseCopy(scope: Scope): CopyInstruction {
  const words = pathsOf(scope);
  const flags = readFlagSet(scope.node, COPY_FLAGS);
  return {
    ...baseOf(scope),
    kind: 'copy',
    ...sourcesAndDestination(scope, words),
    from: flags.filled('from'),
    chown: flags.text('chown'),
    chmod: flags.text('chmod'),
    link: flags.boolean('link') ?? false,
    parents: flags.boolean('parents') ?? false,
    exclude: flags.list('exclude'),
  };
}

/** `ADD [flags] source … destination` */
export function parseAdd(scope: Scope): AddInstruction {
  const words = pathsOf(scope);
  const flags = readFlagSet(scope.node, ADD_FLAGS);
  return {
    ...baseOf(scope),
    kind: 'add',
    ...sourcesAndDestination(scope, words),
    chown: flags.text('chown'),
    chmod: flags.text('chmod'),
    link: flags.boolean('link') ?? false,
    exclude: flags.list('exclude'),
    checksum: flags.text('checksum'),
    keepGitDir: flags.boolean('keep-git-dir'),
    unpack: flags.boolean('unpack'),
  };
}

function pathsOf(scope: Scope): readonly Word[] {
  const { node } = scope;
  const { json, words } = jsonOrWords(node.line);
  const keyword = keywordOf(node);
  const expected = `${keyword} source … destination`;
  const [first] = words;
  if (first === undefined)
    throw missingArgument(scope, expected, 'name a source and a destination');
  if (words.length === 1) {
    throw new InstructionFault(
      'DOCKERFILE_MISSING_DESTINATION',
      `${keyword} has a source, ${quote(first.text)}, but no destination`,
      { range: first.range, expected, hint: `add a destination, for example ${keyword} … ./` },
    );
  }
  const comment = json ? undefined : commentWord(words);
  const last = words.at(-1);
  if (comment !== undefined && last !== undefined) {
    warnOfComment(scope, spanOf(comment, last), 'paths, and the last word is the destination');
  }
  return words;
}

function sourcesAndDestination(scope: Scope, words: readonly Word[]) {
  const destination = words.at(-1);
  if (destination === undefined) throw new Error('paths are two or more');
  if (parseHeredocToken(destination.text) !== undefined) {
    const keyword = keywordOf(scope.node);
    throw new InstructionFault(
      'DOCKERFILE_HEREDOC_DESTINATION',
      `the destination of ${keyword} is a here-document`,
      {
        range: destination.range,
        expected: `${keyword} <<NAME destination`,
        hint: 'add a path after the here-document',
      },
    );
  }
  const byName = new Map(scope.node.heredocs.map((heredoc) => [heredoc.name, heredoc]));
  const sources: Word[] = [];
  const files: InlineFile[] = [];
  for (const word of words.slice(0, -1)) {
    const token = byName.size === 0 ? undefined : parseHeredocToken(word.text);
    const heredoc = token === undefined ? undefined : byName.get(token.name);
    if (token === undefined || heredoc === undefined) {
      sources.push(word);
      continue;
    }
    const content = token.stripTabs ? stripLeadingTabs(heredoc.body) : heredoc.body;
    files.push({ name: token.name, content, expand: token.expand, heredoc });
  }
  return { sources, files, destination };
}
