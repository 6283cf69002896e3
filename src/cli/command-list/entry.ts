import type { Command } from '../command.ts';

export type CommandGroup =
  | 'Building'
  | 'Images'
  | 'Registries'
  | 'Maintenance'
  | 'Docker compatibility';

export interface ListedCommand {
  /** The name in the help. */
  readonly name: string;
  /** Docker's other names. */
  readonly aliases: readonly string[];
  readonly summary: string;
  load(): Promise<Command>;
}

export interface CommandEntry extends ListedCommand {
  readonly group: CommandGroup;
}
