export { type CheckConfig, parseCheckConfig, skipsRule } from './check-config.ts';
export { detectSyntax, type SyntaxReference } from './directives.ts';
export { parseDuration } from './duration.ts';
export {
  type Expanded,
  type ExpandedWords,
  type ExpandOptions,
  expandForDisplay,
  expandHeredoc,
  expandWord,
  expandWords,
} from './expand/expand-word.ts';
export { type HeredocToken, parseHeredocToken, stripLeadingTabs } from './heredoc.ts';
export { type ShellScript, shellScript } from './instructions/run.ts';
export * from './instructions/types.ts';
export {
  type BindOptions,
  type CacheOptions,
  type Mount,
  type MountOptions,
  type MountType,
  parseMount,
  type SecretOptions,
  type SshOptions,
} from './mount.ts';
export {
  type ParseOptions,
  parseDockerfile,
  type ReadDockerfile,
  readDockerfile,
} from './parse.ts';
export {
  INSTRUCTION_NAMES,
  type ParsedInstructions,
  type ParsedTrigger,
  parseInstruction,
  parseInstructions,
  parseTrigger,
} from './parse-instructions.ts';
export { type InstructionLine, physicalLines } from './physical-lines.ts';
export { type ReadInstructions, readInstructions } from './read-instructions.ts';
export { soundsSecret } from './secret-names.ts';
export { SourceMap } from './source.ts';
export { isSpace, skipSpaces, trimSpaces } from './space.ts';
export {
  findStage,
  findStageOrIndex,
  type StageSource,
  type Stages,
  splitStages,
} from './stages.ts';
export * from './tree.ts';
export { jsonOrWords, lineFrom, quotedWords, splitWords } from './words.ts';
