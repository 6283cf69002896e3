export * from './definition.ts';
export * from './file-selection.ts';
export * from './vertex.ts';
