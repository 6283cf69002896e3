/** The test of a HEALTHCHECK; its shell form does not use SHELL, since the container's runtime chooses. */
import type { CommandLine } from '../dockerfile/index.ts';

export function withShellText(command: CommandLine): readonly string[] {
  if (command.form === 'shell') return ['CMD-SHELL', command.text.text];
  return ['CMD', ...command.args.map((word) => word.text)];
}
