/** What the rules have in common. */
import type { Instruction } from '../../dockerfile/index.ts';
import type { SourceRange } from '../../errors.ts';
import type { Fix, Savings, TextEdit } from '../../lint/index.ts';
import type { ShellCommand, ShellWord, Span } from '../../shell/index.ts';
import { insertAt } from '../edits.ts';
import { eachCommand, type LintedFile, type Run, type Step } from '../linted-file.ts';
import type { AdviceRule, RuleText } from '../rule.ts';

/** A rule of the family that its code tells. */
export function adviceRule(rule: Omit<AdviceRule, 'family'>): AdviceRule {
  return { ...rule, family: /^DL\d+$/.test(rule.code) ? 'hadolint' : 'lamina' };
}

export interface FoundInCommand {
  readonly what: string;
  readonly hint: string;
  /** Undefined: the whole command. */
  readonly span?: Span | undefined;
  readonly fix?: Fix | undefined;
  readonly savings?: Savings | undefined;
}

/** A rule about single commands of RUN. */
export function commandRule(
  text: RuleText,
  find: (command: ShellCommand, run: Run, file: LintedFile) => FoundInCommand | undefined,
): AdviceRule {
  return adviceRule({
    ...text,
    check(file, report) {
      eachCommand(file, (command, run) => {
        const found = find(command, run, file);
        if (found === undefined) return;
        const { what, hint, span = command, fix, savings } = found;
        const range = run.script.rangeOf(span);
        report({ what, hint, fix, savings, range, instruction: run.owner });
      });
    },
  });
}

export interface FoundInInstruction {
  readonly what: string;
  readonly hint: string;
  /** Undefined: the whole instruction. */
  readonly range?: SourceRange | undefined;
  readonly fix?: Fix | undefined;
}

/** A rule about instructions of one kind, outside ONBUILD. */
export function instructionRule<K extends Instruction['kind']>(
  text: RuleText,
  kind: K,
  find: (
    instruction: Extract<Instruction, { readonly kind: K }>,
    step: Step,
    file: LintedFile,
  ) => FoundInInstruction | undefined,
): AdviceRule {
  return adviceRule({
    ...text,
    check(file, report) {
      for (const step of file.steps) {
        const { instruction, owner } = step;
        if (instruction !== owner || !isOfKind(instruction, kind)) continue;
        const found = find(instruction, step, file);
        if (found === undefined) continue;
        const { what, hint, range = instruction.node.range, fix } = found;
        report({ what, hint, fix, range, instruction });
      }
    },
  });
}

function isOfKind<K extends Instruction['kind']>(
  instruction: Instruction,
  kind: K,
): instruction is Extract<Instruction, { readonly kind: K }> {
  return instruction.kind === kind;
}

/** Inserts arguments into a command, after one of its words. */
export function addWords(run: Run, after: Span, ...words: readonly string[]): TextEdit {
  const { script } = run;
  const text = script.isExec ? words.map((word) => `, "${word}"`) : words.map((word) => ` ${word}`);
  return insertAt(script.rangeOf(after).end, text.join(''));
}

/** The first word of the command with one of these values. */
export function wordAmong(
  command: ShellCommand,
  ...values: readonly string[]
): ShellWord | undefined {
  return command.words.find(({ value }) => values.includes(value));
}

/** `curl`; `curl and git`; `curl, git and 3 more`: never a long line. */
export function listed(names: readonly string[]): string {
  const quoted = names.map((name) => `'${name}'`);
  if (quoted.length <= 3) return quoted.join(', ').replace(/, ([^,]*)$/, ' and $1');
  return `${quoted.slice(0, 2).join(', ')} and ${quoted.length - 2} more`;
}

/** The text without quotes around it. */
export function unquoted(text: string): string {
  return text.replace(/^['"]+|['"]+$/g, '');
}
