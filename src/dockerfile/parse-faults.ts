/** Errors of a file's syntax, before its instructions are parsed. */
import type { SourceRange } from '../errors.ts';
import { InstructionFault } from './fault.ts';
import type { HeredocToken } from './heredoc.ts';
import { quote } from './quote.ts';
import type { SourceMap } from './source.ts';
import type { DirectiveNode, SyntaxNode } from './tree.ts';

export function emptyFile(source: SourceMap): InstructionFault {
  const end = source.text.length;
  return new InstructionFault('DOCKERFILE_EMPTY', 'the file contains no instruction', {
    range: source.range(end, end),
    expected: 'a FROM instruction',
    hint: 'begin with FROM, for example: FROM alpine',
  });
}

export function tooLarge(node: SyntaxNode, limit: number): InstructionFault {
  return new InstructionFault('DOCKERFILE_TOO_LARGE', 'the file contains too many instructions', {
    range: node.range,
    expected: `at most ${limit} instructions and comments`,
    hint: 'move generated parts to a script, and COPY and RUN it',
  });
}

/** @param almost the number of the first line that would terminate it without its spaces or the text after the word */
export function unterminatedHeredoc(
  token: HeredocToken,
  range: SourceRange,
  almost: number | undefined,
): InstructionFault {
  const name = quote(token.name);
  const rule = token.stripTabs
    ? 'only tabs may come before the closing word'
    : 'no space may come before or after the closing word; <<- allows leading tabs';
  return new InstructionFault(
    'DOCKERFILE_UNTERMINATED_HEREDOC',
    `the here-document ${name} is not closed`,
    {
      range,
      expected: `a line that contains only ${name}`,
      hint: almost === undefined ? rule : `line ${almost} does not close it: ${rule}`,
    },
  );
}

export function duplicateDirective(node: DirectiveNode): InstructionFault {
  return new InstructionFault(
    'DOCKERFILE_DUPLICATE_DIRECTIVE',
    `the directive ${node.name} is set twice`,
    {
      range: node.range,
      expected: `one ${node.name} directive`,
      hint: 'remove one of the two lines',
    },
  );
}

export function invalidEscape(node: DirectiveNode): InstructionFault {
  return new InstructionFault(
    'DOCKERFILE_INVALID_ESCAPE',
    `${quote(node.value)} is not a valid escape character`,
    { range: node.valueRange, expected: '\\ or `', hint: 'write # escape=` or remove the line' },
  );
}

export function invalidCheck(node: DirectiveNode, reason: string): InstructionFault {
  return new InstructionFault('DOCKERFILE_INVALID_CHECK', `invalid check directive: ${reason}`, {
    range: node.valueRange,
    expected: 'skip=RULE,…;error=true;experimental=RULE,…',
    hint: 'separate the options with semicolons',
  });
}
