/** lamina's answers in the types of the Language Server Protocol. */

import {
  type CodeAction,
  CodeActionKind,
  type CompletionItem,
  CompletionItemKind,
  type Diagnostic,
  DiagnosticSeverity,
  DiagnosticTag,
  type DocumentSymbol,
  type Range,
  SymbolKind,
  type TextEdit,
} from 'vscode-languageserver/node';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { SourceRange } from '../errors.ts';
import type { Finding, Severity } from '../lint/index.ts';
import type { Proposal } from './completion.ts';
import type { OutlineItem } from './outline.ts';

/** Lines of the protocol also end at a lone CR: the document converts offsets, not lines and columns. */
export function rangeOf(document: TextDocument, { start, end }: SourceRange): Range {
  return { start: document.positionAt(start.offset), end: document.positionAt(end.offset) };
}

const SEVERITIES: Readonly<Record<Severity, DiagnosticSeverity>> = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  info: DiagnosticSeverity.Information,
  style: DiagnosticSeverity.Hint,
};

export function diagnosticOf(document: TextDocument, finding: Finding): Diagnostic {
  const { range, severity, code, what, why, hint } = finding;
  return {
    range: rangeOf(document, range),
    severity: SEVERITIES[severity],
    code,
    source: 'lamina',
    message: [what, why, hint === '' ? '' : `hint: ${hint}`].filter((one) => one !== '').join('\n'),
    ...(code === 'MaintainerDeprecated' && { tags: [DiagnosticTag.Deprecated] }),
  };
}

export function fixOf(
  document: TextDocument,
  finding: Finding,
  diagnostics: readonly Diagnostic[],
): CodeAction[] {
  const { fix, code } = finding;
  if (fix === undefined) return [];
  const own = rangeOf(document, finding.range);
  const edits = fix.edits.map(
    ({ range, text }): TextEdit => ({ range: rangeOf(document, range), newText: text }),
  );
  return [
    {
      title: fix.title,
      kind: CodeActionKind.QuickFix,
      isPreferred: fix.safe,
      diagnostics: diagnostics.filter((one) => one.code === code && isSameRange(one.range, own)),
      edit: { changes: { [document.uri]: edits } },
    },
  ];
}

function isSameRange(one: Range, other: Range): boolean {
  return JSON.stringify([one.start, one.end]) === JSON.stringify([other.start, other.end]);
}

const COMPLETION_KINDS: Readonly<Record<Proposal['kind'], CompletionItemKind>> = {
  instruction: CompletionItemKind.Keyword,
  flag: CompletionItemKind.Property,
  value: CompletionItemKind.Value,
  stage: CompletionItemKind.Module,
  variable: CompletionItemKind.Variable,
  file: CompletionItemKind.File,
  directory: CompletionItemKind.Folder,
};

export function completionOf(
  document: TextDocument,
  { label, kind, detail, start }: Proposal,
  offset: number,
): CompletionItem {
  const range = { start: document.positionAt(start), end: document.positionAt(offset) };
  return {
    label,
    kind: COMPLETION_KINDS[kind],
    ...(detail !== undefined && { detail }),
    textEdit: { range, newText: label },
  };
}

export function symbolOf(document: TextDocument, item: OutlineItem): DocumentSymbol {
  return {
    name: item.name,
    detail: item.detail,
    kind: item.isStage ? SymbolKind.Module : SymbolKind.Method,
    range: rangeOf(document, item.range),
    selectionRange: rangeOf(document, item.selection),
    children: item.children.map((child) => symbolOf(document, child)),
  };
}

/** One edit of the lines that differ. */
export function editsBetween(document: TextDocument, after: string): TextEdit[] {
  const before = document.getText();
  if (before === after) return [];
  const old = before.split(/(?<=\n)/);
  const fresh = after.split(/(?<=\n)/);
  const most = Math.min(old.length, fresh.length);
  let head = 0;
  while (head < most && old[head] === fresh[head]) head += 1;
  let tail = 0;
  while (tail < most - head && old.at(-1 - tail) === fresh.at(-1 - tail)) tail += 1;
  const start = old.slice(0, head).join('').length;
  const end = before.length - old.slice(old.length - tail).join('').length;
  const newText = fresh.slice(head, fresh.length - tail).join('');
  return [{ range: { start: document.positionAt(start), end: document.positionAt(end) }, newText }];
}
