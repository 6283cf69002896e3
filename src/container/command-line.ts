/** The command of a container: the image's entry point and command, and the caller's replacements. */
import { AppError } from '../errors.ts';
import type { ContainerConfig } from '../oci/index.ts';
import type { ContainerSettings } from './settings.ts';

export type WantedCommand = Pick<ContainerSettings, 'command' | 'entrypoint'>;

/**
 * The arguments of the process.
 *
 * @throws AppError CONTAINER_NO_COMMAND when neither the image nor the caller names a program
 */
export function commandLine(config: ContainerConfig, wanted: WantedCommand): readonly string[] {
  const entrypoint = entrypointOf(config, wanted.entrypoint);
  const inherited = wanted.entrypoint === undefined ? (config.Cmd ?? []) : [];
  const command = wanted.command.length > 0 ? wanted.command : inherited;
  const argv = [...entrypoint, ...command];
  if (argv.length > 0) return argv;
  throw new AppError('CONTAINER_NO_COMMAND', 'the image has no command to run', {
    expected: 'a command after the image, or CMD or ENTRYPOINT in the image',
    hint: 'lamina run IMAGE COMMAND',
  });
}

function entrypointOf(config: ContainerConfig, wanted: string | undefined): readonly string[] {
  if (wanted === undefined) return config.Entrypoint ?? [];
  return wanted === '' ? [] : [wanted];
}
