/** The arguments of a command as most programs read them: options, their values, and operands. */
import type { ShellCommand, ShellWord } from './script.ts';

/**
 * The options of a word, without dashes and value: `--quiet=2` is `quiet`, `-yq` is `y` and `q`. Programs differ in what a
 * word such as `-nv` means; both readings are in `hasOption(command, 'n')` and `hasWord(command, '-nv')`.
 */
export function optionsOf({ value }: ShellWord): readonly string[] {
  if (value === '-' || value === '--') return [];
  if (value.startsWith('--')) return [value.slice(2).split('=', 1)[0] ?? ''];
  return value.startsWith('-') ? [...value.slice(1)] : [];
}

/** Whether the command has one of these options, given without dashes. */
export function hasOption(command: ShellCommand, ...names: readonly string[]): boolean {
  return command.words.some((word) => optionsOf(word).some((option) => names.includes(option)));
}

/** How often the command has an option. */
export function countOption(command: ShellCommand, name: string): number {
  return command.words.flatMap(optionsOf).filter((option) => option === name).length;
}

/** Whether one of the command's arguments is one of these texts. */
export function hasWord(command: ShellCommand, ...values: readonly string[]): boolean {
  return command.words.some(({ value }) => values.includes(value));
}

/** Whether the command is one of these programs, and has one of these arguments. */
export function runs(
  command: ShellCommand,
  names: string | readonly string[],
  ...values: readonly string[]
): boolean {
  const isNamed = typeof names === 'string' ? command.name === names : names.includes(command.name);
  return isNamed && hasWord(command, ...values);
}

/** Whether these arguments follow each other directly. */
export function hasSequence(command: ShellCommand, ...values: readonly string[]): boolean {
  const { words } = command;
  return words.some((_, at) => values.every((value, index) => words[at + index]?.value === value));
}

/**
 * The arguments that are neither options nor values of options.
 * @param valued options, without dashes, whose value is the next argument
 */
export function operandsOf(
  command: ShellCommand,
  valued: ReadonlySet<string> = new Set(),
): readonly ShellWord[] {
  const { words } = command;
  const taken = new Set(
    words.flatMap((word, at) => {
      if (word.value.includes('=')) return [];
      const next = words[at + 1];
      return next !== undefined && optionsOf(word).some((name) => valued.has(name)) ? [next] : [];
    }),
  );
  return words.filter((word) => optionsOf(word).length === 0 && !taken.has(word));
}

/** The arguments after an option, given without dashes. */
export function valuesOf(command: ShellCommand, name: string): readonly ShellWord[] {
  const { words } = command;
  return words.flatMap((word, at) => (optionsOf(word).includes(name) ? (words[at + 1] ?? []) : []));
}
