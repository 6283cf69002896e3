export { commandLine, type WantedCommand } from './command-line.ts';
export { type ContainerOptions, runContainer } from './run-container.ts';
export type {
  ContainerSettings,
  DeviceSpec,
  OutputReceivers,
  TmpfsSpec,
  VolumeSpec,
} from './settings.ts';
