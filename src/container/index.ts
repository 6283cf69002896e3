export { commandLine, type WantedCommand } from './command-line.ts';
export { type ContainerOptions, type ContainerVolume, runContainer } from './run-container.ts';
