export * from './definition.ts';
export * from './vertex.ts';
