export * from './display.ts';
export * from './events.ts';
export { plainDisplay } from './plain.ts';
export { quietDisplay } from './quiet.ts';
export { rawjsonDisplay } from './rawjson.ts';
export { renderSummary } from './summary.ts';
export { clip, displayWidth, outputLine, printable } from './terminal-text.ts';
export { type TtyDisplayOptions, ttyDisplay } from './tty.ts';
export { humanDuration, humanSize, progressSize } from './units.ts';
