/** A shell script as data: its commands, wherever they are nested, with offsets in the script's text. */

/** A stretch of the script; `end` is exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface ShellWord extends Span {
  /** Without quotes and escapes; `${NAME}` stands for an expansion. */
  readonly value: string;
  /** As written. */
  readonly source: string;
  /** The shell changes nothing but quotes and escapes: no expansion, no pattern. */
  readonly isLiteral: boolean;
}

export interface ShellAssignment extends Span {
  readonly name: string;
  readonly value: string;
}

export interface ShellRedirect extends Span {
  /** `>`, `>>`, `<<`, … */
  readonly operator: string;
  readonly target: string | undefined;
}

/** A simple command: a program, function or builtin with its arguments. */
export interface ShellCommand extends Span {
  /** The program that runs: behind `command`, `exec`, `builtin` and `busybox`. Empty if the command only assigns. */
  readonly name: string;
  /** The words after the first. */
  readonly words: readonly ShellWord[];
  /** Those before the first word. */
  readonly assignments: readonly ShellAssignment[];
  readonly redirects: readonly ShellRedirect[];
  /** Not nested in a substitution, a loop, a condition, a function or a group. */
  readonly isTopLevel: boolean;
}

export interface ShellScript {
  readonly text: string;
  /** In the order of the text, with those of substitutions, functions, loops and conditions. */
  readonly commands: readonly ShellCommand[];
  /** Pipelines of two or more commands. */
  readonly pipes: readonly Span[];
  /** The parser found no mistake. If it did, the commands are those that it could read. */
  readonly isWellFormed: boolean;
}
