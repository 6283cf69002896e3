export { commandLine, type WantedCommand } from './command-line.ts';
export { type ContainerOptions, runContainer } from './run-container.ts';
export type { ContainerSettings, DeviceSpec, TmpfsSpec, VolumeSpec } from './settings.ts';
