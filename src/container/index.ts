export { commandLine, type WantedCommand } from './command-line.ts';
export type { ContainerDevice } from './devices.ts';
export { type ContainerOptions, runContainer } from './run-container.ts';
export type { ContainerTmpfs, ContainerVolume } from './volumes.ts';
