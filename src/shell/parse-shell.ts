/** Text → script. `unbash` parses; this file keeps what the rules ask for. */
import {
  type Assignment,
  type Command,
  forEachChild,
  parse,
  type Redirection,
  type SyntaxNode,
  type Word,
  type WordPart,
} from 'unbash';
import type {
  ShellAssignment,
  ShellCommand,
  ShellRedirect,
  ShellScript,
  ShellWord,
  Span,
} from './script.ts';

/** Longer scripts are no source that a person wrote; none of their commands is known. */
const LONGEST = 1_000_000;
/** Substitutions in substitutions in …: deeper ones are hostile. */
const DEEPEST = 200;

/** Parses a script for sh or bash. Never fails: a script with a mistake has the commands before it. */
export function parseShell(text: string): ShellScript {
  if (text.length > LONGEST) return { text, commands: [], pipes: [], isWellFormed: false };
  const script = parse(text);
  const reader = new Reader();
  reader.visit(script, 0, true);
  const { commands, pipes } = reader;
  return {
    text,
    commands: commands.sort((a, b) => a.start - b.start),
    pipes,
    isWellFormed: (script.errors?.length ?? 0) === 0,
  };
}

/** Nodes that do not make what is in them conditional or separate. */
const TRANSPARENT: ReadonlySet<string> = new Set([
  'Script',
  'Statement',
  'AndOr',
  'Pipeline',
  'CompoundList',
]);

class Reader {
  readonly commands: ShellCommand[] = [];
  readonly pipes: Span[] = [];

  visit(node: SyntaxNode, depth: number, isTopLevel: boolean): void {
    if (depth > DEEPEST) return;
    if (node.type === 'Command') this.commands.push(commandOf(node, isTopLevel));
    if (node.type === 'Pipeline' && node.commands.length > 1) this.pipes.push(spanOf(node));
    const isOpen = isTopLevel && TRANSPARENT.has(node.type);
    forEachChild(node, (child) => this.visit(child, depth + 1, isOpen));
  }
}

/** Programs that run the program after them. */
const RUNNERS: ReadonlySet<string> = new Set(['busybox', 'builtin', 'command', 'exec']);

function commandOf(node: Command, isTopLevel: boolean): ShellCommand {
  const words = node.args.map((arg) => (arg.type === 'Word' ? wordOf(arg) : assignedWord(arg)));
  const first = node.name === undefined ? undefined : wordOf(node.name);
  const [second] = words;
  const isRunner = RUNNERS.has(first?.value ?? '') && second?.value.startsWith('-') === false;
  return {
    ...spanOf(node),
    name: (isRunner ? second : first)?.value ?? '',
    words,
    assignments: node.prefix.flatMap((part) => (part.type === 'Assignment' ? assigned(part) : [])),
    redirects: node.redirects.map(redirectOf),
    isTopLevel,
  };
}

function wordOf(word: Word): ShellWord {
  const { parts } = word;
  return {
    ...spanOf(word),
    value: parts === undefined ? word.value : parts.map(textOf).join(''),
    source: word.text,
    isLiteral: parts === undefined || parts.every(isLiteral),
  };
}

/** An argument that looks like an assignment, as after `env` and `export`. */
function assignedWord(assignment: Assignment): ShellWord {
  const { name, value } = assigned(assignment);
  const isPlain = assignment.value.type === 'Word' && wordOf(assignment.value).isLiteral;
  return {
    ...spanOf(assignment),
    value: `${name}=${value}`,
    source: assignment.text,
    isLiteral: isPlain,
  };
}

function assigned(assignment: Assignment): ShellAssignment {
  const { name, value } = assignment;
  return { ...spanOf(assignment), name, value: value.type === 'Word' ? wordOf(value).value : '' };
}

function redirectOf(redirect: Redirection): ShellRedirect {
  const target =
    redirect.type === 'HereDoc'
      ? redirect.delimiter?.value
      : redirect.target && wordOf(redirect.target).value;
  return { ...spanOf(redirect), operator: redirect.operator, target };
}

function isLiteral(part: WordPart): boolean {
  if (part.type === 'DoubleQuoted' || part.type === 'LocaleString')
    return part.parts.every(isLiteral);
  return part.type === 'Literal' || part.type === 'SingleQuoted' || part.type === 'AnsiCQuoted';
}

/** The part's text as far as it is known before the script runs. */
function textOf(part: WordPart): string {
  switch (part.type) {
    case 'Literal':
    case 'SingleQuoted':
    case 'AnsiCQuoted':
      return part.value;
    case 'DoubleQuoted':
    case 'LocaleString':
      return part.parts.map(textOf).join('');
    case 'SimpleExpansion':
      return `\${${part.text.slice(1)}}`;
    case 'ParameterExpansion':
      return part.text;
    case 'CommandExpansion':
    case 'ArithmeticExpansion':
    case 'ProcessSubstitution':
      return `\${${part.text}}`;
    default:
      return part.text;
  }
}

function spanOf({ pos, end }: { readonly pos: number; readonly end: number }): Span {
  return { start: pos, end };
}
