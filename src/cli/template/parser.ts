/** From pieces to a tree: text, values, `if`, `range`, `with`. */
import { lexTemplate, type Piece, templateError, type Word } from './lexer.ts';

export type Node =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'value'; readonly pipeline: Pipeline }
  | {
      readonly kind: 'if' | 'range' | 'with';
      readonly pipeline: Pipeline;
      readonly body: readonly Node[];
      readonly otherwise: readonly Node[];
    };

export interface Pipeline {
  /** Names of `$a := …` or `$i, $v := …`. */
  readonly variables: readonly string[];
  /** Each command's value is the last argument of the next. */
  readonly commands: readonly (readonly Operand[])[];
}

export type Operand =
  | { readonly kind: 'constant'; readonly value: string | number | boolean | null }
  | { readonly kind: 'field'; readonly path: readonly string[] }
  | { readonly kind: 'variable'; readonly name: string; readonly path: readonly string[] }
  | { readonly kind: 'function'; readonly name: string }
  | { readonly kind: 'nested'; readonly pipeline: Pipeline; readonly path: readonly string[] };

/** @throws AppError CLI_TEMPLATE */
export function parseTemplate(template: string): readonly Node[] {
  return new TemplateParser(template, lexTemplate(template)).parse();
}

class TemplateParser {
  readonly #template: string;
  readonly #pieces: readonly Piece[];
  #next = 0;

  constructor(template: string, pieces: readonly Piece[]) {
    this.#template = template;
    this.#pieces = pieces;
  }

  parse(): readonly Node[] {
    const { nodes, end } = this.#block();
    if (end !== undefined) throw this.#error(`unexpected {{${end[0]}}}`);
    return nodes;
  }

  /** Nodes up to `{{end}}` or `{{else …}}`, whose words are given back, or the template's end. */
  #block(): { nodes: Node[]; end: readonly string[] | undefined; rest: readonly Word[] } {
    const nodes: Node[] = [];
    for (let piece = this.#pieces[this.#next++]; piece; piece = this.#pieces[this.#next++]) {
      if (piece.kind === 'text') {
        if (piece.text !== '') nodes.push(piece);
        continue;
      }
      const [first, ...rest] = piece.words;
      const keyword = first?.kind === 'word' ? first.value : undefined;
      if (keyword === 'end') return { nodes, end: ['end'], rest };
      if (keyword === 'else') return { nodes, end: ['else'], rest };
      if (keyword === 'if' || keyword === 'range' || keyword === 'with') {
        nodes.push(this.#control(keyword, rest));
      } else {
        nodes.push({ kind: 'value', pipeline: this.#pipeline(piece.words) });
      }
    }
    return { nodes, end: undefined, rest: [] };
  }

  #control(kind: 'if' | 'range' | 'with', words: readonly Word[]): Node {
    const pipeline = this.#pipeline(words);
    const { nodes: body, end, rest } = this.#block();
    if (end === undefined) throw this.#error(`{{${kind}}} has no {{end}}`);
    if (end[0] === 'end') return { kind, pipeline, body, otherwise: [] };
    const [again, ...condition] = rest;
    if (again?.kind === 'word' && (again.value === 'if' || again.value === 'with')) {
      return { kind, pipeline, body, otherwise: [this.#control(again.value, condition)] };
    }
    const last = this.#block();
    if (last.end?.[0] !== 'end') throw this.#error(`{{${kind}}} has no {{end}}`);
    return { kind, pipeline, body, otherwise: last.nodes };
  }

  #pipeline(words: readonly Word[]): Pipeline {
    const assign = words.findIndex(isWord(':='));
    const variables = words.slice(0, Math.max(0, assign)).flatMap((word) => {
      if (word.kind !== 'word') throw this.#error('a variable must come before :=');
      return word.value === ',' ? [] : [word.value];
    });
    const commands: Operand[][] = [[]];
    const rest = words.slice(assign + 1);
    for (let at = 0; at < rest.length; at++) {
      const word = rest[at];
      if (word === undefined) break;
      if (isWord('|')(word)) {
        commands.push([]);
      } else if (isWord('(')(word)) {
        const close = this.#closing(rest, at);
        const after = rest[close + 1];
        const path = after?.kind === 'word' && /^\.\w/.test(after.value) ? pathOf(after.value) : [];
        const pipeline = this.#pipeline(rest.slice(at + 1, close));
        commands.at(-1)?.push({ kind: 'nested', pipeline, path });
        at = path.length > 0 ? close + 1 : close;
      } else {
        commands.at(-1)?.push(this.#operand(word));
      }
    }
    if (commands.some((command) => command.length === 0)) throw this.#error('a value is missing');
    return { variables, commands };
  }

  #closing(words: readonly Word[], open: number): number {
    let depth = 0;
    for (let at = open; at < words.length; at++) {
      const word = words[at];
      if (word !== undefined && isWord('(')(word)) depth++;
      if (word !== undefined && isWord(')')(word) && --depth === 0) return at;
    }
    throw this.#error('a parenthesis is not closed', ')');
  }

  #operand(word: Word): Operand {
    if (word.kind !== 'word') return { kind: 'constant', value: word.value };
    const { value } = word;
    if (value === 'true' || value === 'false') return { kind: 'constant', value: value === 'true' };
    if (value === 'nil') return { kind: 'constant', value: null };
    if (value.startsWith('.')) return { kind: 'field', path: pathOf(value) };
    if (value.startsWith('$')) {
      const [name = '$', ...path] = value.split('.');
      return { kind: 'variable', name, path };
    }
    if (/^[a-z]\w*$/i.test(value)) return { kind: 'function', name: value };
    throw this.#error(`unexpected ${JSON.stringify(value)}`);
  }

  #error(message: string, expected?: string) {
    return templateError(this.#template, message, expected);
  }
}

function isWord(value: string): (word: Word) => boolean {
  return (word) => word.kind === 'word' && word.value === value;
}

/** `.A.B` → A, B; `.` → none. */
function pathOf(text: string): string[] {
  return text.split('.').filter((part) => part !== '');
}
