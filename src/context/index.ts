export * from './context-tree.ts';
export * from './dockerfile-lookup.ts';
export * from './dockerignore.ts';
export type { FactStore } from './kept-facts.ts';
export * from './measure.ts';
