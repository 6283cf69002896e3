export type { HistoryRow, ImageInspect } from '../export/index.ts';
export type * from './build.ts';
export type * from './checks.ts';
export type * from './containers.ts';
export type * from './context-listing.ts';
export type * from './images.ts';
export type * from './lamina-api.ts';
export type * from './registries.ts';
export type * from './store-options.ts';
