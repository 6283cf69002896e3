/** Typed instructions before variable expansion: a `Word` holds the text as written and its source range. */
import type { SourceLocation, SourceRange } from '../../errors.ts';
import type { CheckConfig } from '../check-config.ts';
import type { HeredocNode, InstructionNode, Word } from '../tree.ts';

interface InstructionBase {
  readonly node: InstructionNode;
  readonly location: SourceLocation;
  /** The instruction on one line, as written. */
  readonly text: string;
  /** From a `# check=` comment directly above. */
  readonly check: CheckConfig | undefined;
}

export interface FromInstruction extends InstructionBase {
  readonly kind: 'from';
  readonly image: Word;
  /** Lower case. */
  readonly stage: string | undefined;
  readonly stageWord: Word | undefined;
  readonly platform: Word | undefined;
  /** The description of the stage in the comment above. */
  readonly description: string | undefined;
}

export interface ArgDeclaration {
  readonly name: Word;
  readonly value: Word | undefined;
  readonly description: string | undefined;
}

export interface ArgInstruction extends InstructionBase {
  readonly kind: 'arg';
  readonly args: readonly ArgDeclaration[];
}

/** The command to run: a shell command, or a program with its arguments. Never expanded by the builder. */
export type CommandLine =
  | { readonly form: 'shell'; readonly text: Word }
  | { readonly form: 'exec'; readonly args: readonly Word[] };

/** One `key=value` of a --mount. */
export interface MountField {
  /** Lower case. */
  readonly key: string;
  readonly keyRange: SourceRange;
  /** Undefined without an equals sign. */
  readonly value: Word | undefined;
  readonly range: SourceRange;
}

/** A --mount before expansion; `parseMount` converts it to a `Mount`. */
export interface MountFlag {
  readonly text: Word;
  readonly fields: readonly MountField[];
}

/** A --device. */
export interface DeviceFlag {
  readonly name: string;
  readonly required: boolean;
  readonly range: SourceRange;
}

export interface RunInstruction extends InstructionBase {
  readonly kind: 'run';
  readonly command: CommandLine;
  readonly heredocs: readonly HeredocNode[];
  readonly mounts: readonly MountFlag[];
  readonly network: 'default' | 'none' | 'host';
  readonly security: 'sandbox' | 'insecure';
  readonly devices: readonly DeviceFlag[];
}

/** A file whose content is in the Dockerfile. */
export interface InlineFile {
  readonly name: string;
  /** Without leading tabs for `<<-`. Expand with `expandHeredoc` if `expand`. */
  readonly content: string;
  readonly expand: boolean;
  readonly heredoc: HeredocNode;
}

interface CopyBase extends InstructionBase {
  readonly sources: readonly Word[];
  readonly files: readonly InlineFile[];
  readonly destination: Word;
  readonly chown: Word | undefined;
  readonly chmod: Word | undefined;
  readonly link: boolean;
  /** Never expanded. */
  readonly exclude: readonly Word[];
}

export interface CopyInstruction extends CopyBase {
  readonly kind: 'copy';
  /** Never expanded. */
  readonly from: Word | undefined;
  readonly parents: boolean;
}

export interface AddInstruction extends CopyBase {
  readonly kind: 'add';
  readonly checksum: Word | undefined;
  /** Undefined: not specified. */
  readonly keepGitDir: boolean | undefined;
  readonly unpack: boolean | undefined;
}

export interface KeyValue {
  readonly key: Word;
  readonly value: Word;
}

interface KeyValueBase extends InstructionBase {
  readonly pairs: readonly KeyValue[];
  /** The old form `ENV name value`. */
  readonly legacy: boolean;
}

export interface EnvInstruction extends KeyValueBase {
  readonly kind: 'env';
}

export interface LabelInstruction extends KeyValueBase {
  readonly kind: 'label';
}

interface SingleValue extends InstructionBase {
  readonly value: Word;
}

export interface UserInstruction extends SingleValue {
  readonly kind: 'user';
}

export interface WorkdirInstruction extends SingleValue {
  readonly kind: 'workdir';
}

export interface StopsignalInstruction extends SingleValue {
  readonly kind: 'stopsignal';
}

export interface MaintainerInstruction extends SingleValue {
  readonly kind: 'maintainer';
}

export interface ExposeInstruction extends InstructionBase {
  readonly kind: 'expose';
  /** In the order of the text; each may become several ports when expanded. */
  readonly ports: readonly Word[];
}

export interface VolumeInstruction extends InstructionBase {
  readonly kind: 'volume';
  readonly paths: readonly Word[];
}

export interface CmdInstruction extends InstructionBase {
  readonly kind: 'cmd';
  readonly command: CommandLine;
}

export interface EntrypointInstruction extends InstructionBase {
  readonly kind: 'entrypoint';
  readonly command: CommandLine;
}

export interface ShellInstruction extends InstructionBase {
  readonly kind: 'shell';
  readonly args: readonly Word[];
}

/** Times in nanoseconds; 0: inherited. */
export interface HealthTest {
  readonly kind: 'command';
  readonly command: CommandLine;
  readonly interval: number;
  readonly timeout: number;
  readonly startPeriod: number;
  readonly startInterval: number;
  readonly retries: number;
}

export interface HealthcheckInstruction extends InstructionBase {
  readonly kind: 'healthcheck';
  readonly test: { readonly kind: 'none' } | HealthTest;
}

export interface OnbuildInstruction extends InstructionBase {
  readonly kind: 'onbuild';
  /** The trigger as stored in the image: one line, followed by the bodies of here-documents. */
  readonly trigger: string;
}

export type Instruction =
  | FromInstruction
  | ArgInstruction
  | RunInstruction
  | CopyInstruction
  | AddInstruction
  | EnvInstruction
  | LabelInstruction
  | UserInstruction
  | WorkdirInstruction
  | ExposeInstruction
  | VolumeInstruction
  | CmdInstruction
  | EntrypointInstruction
  | ShellInstruction
  | HealthcheckInstruction
  | StopsignalInstruction
  | MaintainerInstruction
  | OnbuildInstruction;

export type InstructionKind = Instruction['kind'];
