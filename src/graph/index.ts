export * from './vertex.ts';
