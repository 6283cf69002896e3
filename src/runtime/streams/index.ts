export { foregroundStreams } from './foreground-streams.ts';
export { passOn } from './pass-on.ts';
export { type ChildPipe, inputPipe, outputPipe } from './pipes.ts';
export { readToEnd } from './read-to-end.ts';
export { RelayedTerminal } from './relayed-terminal.ts';
export { SIGNALLED, sendSignal, signalName } from './signals.ts';
export type { ContainerStreams, OwnTerminal } from './streams.ts';
export { ownTerminalSize, type TerminalSize, USUAL_SIZE } from './terminal-size.ts';
