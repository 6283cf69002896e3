export {
  countOption,
  hasOption,
  hasSequence,
  hasWord,
  operandsOf,
  optionsOf,
  runs,
  valuesOf,
} from './options.ts';
export { parseShell } from './parse-shell.ts';
export { type RunScript, type ScriptSource, scriptOf } from './run-script.ts';
export type {
  ShellAssignment,
  ShellCommand,
  ShellRedirect,
  ShellScript,
  ShellWord,
  Span,
} from './script.ts';
