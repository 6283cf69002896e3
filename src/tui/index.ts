export type { Style } from './draw/style.ts';
export { comparisonOptions, type ExplorerSource, explorerOptions } from './explorer-options.ts';
export { type RunExplorerOptions, runExplorer } from './run-explorer.ts';
export type { Terminal } from './screen.ts';
