export * from './display.ts';
export * from './events.ts';
export { LiveArea, type TerminalSize } from './live-area.ts';
export { plainDisplay } from './plain.ts';
export { quietDisplay } from './quiet.ts';
export { rawjsonDisplay } from './rawjson.ts';
export { renderSummary, type SummaryKind, summaryKinds } from './summary.ts';
export {
  clip,
  displayWidth,
  outputLine,
  printable,
  printableJson,
  printableText,
} from './terminal-text.ts';
export { type TtyDisplayOptions, ttyDisplay } from './tty.ts';
export { humanDuration, humanSize, progressSize } from './units.ts';
