export * from './context-tree.ts';
export * from './dockerfile-lookup.ts';
export * from './dockerignore.ts';
export * from './measure.ts';
export type { FactStore } from './stat-cache.ts';
