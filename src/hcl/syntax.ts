/** The syntax tree of HCL, the HashiCorp Configuration Language, for its native and its JSON syntax. */
import type { SourceLocation } from '../errors.ts';

/** What a file, or a block in it, contains. */
export interface Body {
  /** In the order of the file. A name may come twice: bodies of several files can be joined. */
  readonly attributes: readonly Attribute[];
  readonly blocks: readonly Block[];
}

/** `name = value` */
export interface Attribute {
  readonly name: string;
  readonly value: Expression;
  /** Of the name. */
  readonly location: SourceLocation;
}

/** `type "label" { … }` */
export interface Block {
  readonly type: string;
  readonly labels: readonly string[];
  readonly body: Body;
  /** Of the type and the labels. */
  readonly location: SourceLocation;
}

export type BinaryOperator =
  | '+'
  | '-'
  | '*'
  | '/'
  | '%'
  | '=='
  | '!='
  | '<'
  | '<='
  | '>'
  | '>='
  | '&&'
  | '||';

interface At {
  readonly location: SourceLocation;
}

export type Expression = At &
  (
    | { readonly kind: 'literal'; readonly value: string | number | boolean | null }
    | Template
    | { readonly kind: 'variable'; readonly name: string }
    | { readonly kind: 'attribute'; readonly of: Expression; readonly name: string }
    | { readonly kind: 'index'; readonly of: Expression; readonly key: Expression }
    /** `of[*].each`, `of.*.each`: `each` is applied to every element, which it knows as `splat-item`. */
    | { readonly kind: 'splat'; readonly of: Expression; readonly each: Expression }
    | { readonly kind: 'splat-item' }
    | Call
    | { readonly kind: 'unary'; readonly operator: '-' | '!'; readonly of: Expression }
    | {
        readonly kind: 'binary';
        readonly operator: BinaryOperator;
        readonly left: Expression;
        readonly right: Expression;
      }
    | {
        readonly kind: 'conditional';
        readonly condition: Expression;
        readonly whenTrue: Expression;
        readonly whenFalse: Expression;
      }
    | { readonly kind: 'tuple'; readonly items: readonly Expression[] }
    | { readonly kind: 'object'; readonly entries: readonly ObjectEntry[] }
    | For
  );

export interface ObjectEntry {
  readonly key: Expression;
  readonly value: Expression;
}

export interface Call {
  readonly kind: 'call';
  readonly name: string;
  readonly args: readonly Expression[];
  /** `f(list...)`: the elements of the last argument are arguments. */
  readonly expands: boolean;
}

/** `[for k, v in of : value if condition]`; with a `key`, `{for …}`. */
export interface For {
  readonly kind: 'for';
  readonly keyName: string | undefined;
  readonly valueName: string;
  readonly of: Expression;
  readonly key: Expression | undefined;
  readonly value: Expression;
  /** `{for … => value...}`: values of the same key become a list. */
  readonly groups: boolean;
  readonly condition: Expression | undefined;
}

export interface Template {
  readonly kind: 'template';
  readonly parts: readonly TemplatePart[];
}

export type TemplatePart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'value'; readonly value: Expression }
  | {
      readonly kind: 'if';
      readonly condition: Expression;
      readonly whenTrue: readonly TemplatePart[];
      readonly whenFalse: readonly TemplatePart[];
    }
  | {
      readonly kind: 'for';
      readonly keyName: string | undefined;
      readonly valueName: string;
      readonly of: Expression;
      readonly body: readonly TemplatePart[];
    };
