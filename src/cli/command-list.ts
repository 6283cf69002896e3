/** All commands: names, a one-line summary, and the file that implements each, loaded on demand. */
import { buildingCommands } from './command-list/building.ts';
import { dockerCommands } from './command-list/docker-compatibility.ts';
import type { CommandEntry, CommandGroup, ListedCommand } from './command-list/entry.ts';
import { imageCommands } from './command-list/images.ts';
import { maintenanceCommands } from './command-list/maintenance.ts';
import { registryCommands } from './command-list/registries.ts';

const GROUPS: readonly (readonly [CommandGroup, readonly ListedCommand[]])[] = [
  ['Building', buildingCommands],
  ['Images', imageCommands],
  ['Registries', registryCommands],
  ['Maintenance', maintenanceCommands],
  ['Docker compatibility', dockerCommands],
];

export const commandList: readonly CommandEntry[] = GROUPS.flatMap(([group, commands]) =>
  commands.map((command) => ({ ...command, group })),
);

export interface FoundCommand {
  readonly entry: CommandEntry;
  /** As typed: `image ls`. */
  readonly typed: string;
  readonly rest: readonly string[];
}

/** Finds the command that `words` begin with; the longest name wins. */
export function findCommand(words: readonly string[]): FoundCommand | undefined {
  for (const count of [3, 2, 1]) {
    if (words.length < count) continue;
    const typed = words.slice(0, count).join(' ');
    const entry = commandList.find(
      ({ name, aliases }) => name === typed || aliases.includes(typed),
    );
    if (entry !== undefined) return { entry, typed, rest: words.slice(count) };
  }
  return undefined;
}

/** Second words known after `first`: `image` → ls, list, rm, … Empty if `first` is not such a word. */
export function subcommandsOf(first: string): readonly string[] {
  return commandList
    .flatMap(({ name, aliases }) => [name, ...aliases])
    .filter((spelling) => spelling.startsWith(`${first} `))
    .map((spelling) => spelling.slice(first.length + 1));
}
