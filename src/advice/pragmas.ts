/**
 * Comments that exempt instructions from rules: `# hadolint ignore=DL3008,SC2086`, with `stage` or `global` before `ignore`,
 * and `# hadolint shell=bash`. Codes of all rules are valid; a comment with another word in the list is not a pragma.
 */
import { type Instruction, type SyntaxTree, skipsRule } from '../dockerfile/index.ts';

const IGNORE =
  /^[\t ]*hadolint[\t ]+(?:(stage|global)[\t ]+)?ignore[\t ]*=[\t ]*([A-Z]\w*(?:[\t ]*,[\t ]*[A-Z]\w*)*)[\t ]*(?:#.*)?$/;
const SHELL = /^[\t ]*hadolint[\t ]+shell[\t ]*=[\t ]*([^\s#]+)[\t ]*(?:#.*)?$/;

export interface IgnorePragma {
  readonly scope: 'instruction' | 'stage' | 'global';
  readonly codes: readonly string[];
}

/** @param comment the text after the number sign */
export function parseIgnorePragma(comment: string): IgnorePragma | undefined {
  const match = IGNORE.exec(comment);
  if (match === null) return undefined;
  const [, scope, codes = ''] = match;
  return {
    scope: scope === 'stage' || scope === 'global' ? scope : 'instruction',
    codes: codes.split(/[\t ]*,[\t ]*/),
  };
}

/** The shell that `# hadolint shell=…` names. */
export function parseShellPragma(comment: string): string | undefined {
  return SHELL.exec(comment)?.[1];
}

/** Tells whether the comments of a file exempt an instruction from a rule. */
export class Exemptions {
  readonly #global = new Set<string>();
  /** By the line that follows the comment. */
  readonly #lines = new Map<number, Set<string>>();
  /** Lines of FROM, in order, with what the comment above exempts its stage from. */
  readonly #stages: { readonly line: number; readonly codes: ReadonlySet<string> }[] = [];
  readonly #tree: SyntaxTree;

  constructor(tree: SyntaxTree) {
    this.#tree = tree;
    const stageCodes = new Map<number, Set<string>>();
    for (const node of tree.nodes) {
      if (node.kind === 'comment') {
        const pragma = parseIgnorePragma(node.text);
        if (pragma === undefined) continue;
        const next = node.range.start.line + 1;
        const lines = pragma.scope === 'stage' ? stageCodes : this.#lines;
        const codes = pragma.scope === 'global' ? this.#global : addedSet(lines, next);
        for (const code of pragma.codes) codes.add(code);
      } else if (node.kind === 'instruction' && node.name === 'from') {
        const { line } = node.range.start;
        this.#stages.push({ line, codes: stageCodes.get(line) ?? new Set() });
      }
    }
  }

  /** @param instruction undefined: the finding is about the file */
  has(code: string, instruction: Instruction | undefined): boolean {
    if (this.#global.has(code) || skipsRule(this.#tree.check, code)) return true;
    if (instruction === undefined) return false;
    if (skipsRule(instruction.check, code)) return true;
    const { line } = instruction.node.range.start;
    if (this.#lines.get(line)?.has(code) === true) return true;
    return this.#stageBefore(line)?.codes.has(code) === true;
  }

  /** The last one that begins before the line. */
  #stageBefore(line: number) {
    let low = 0;
    let high = this.#stages.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#stages[middle]?.line ?? 0) < line) low = middle + 1;
      else high = middle;
    }
    return this.#stages[low - 1];
  }
}

function addedSet(sets: Map<number, Set<string>>, line: number): Set<string> {
  const set = sets.get(line) ?? new Set();
  sets.set(line, set);
  return set;
}
