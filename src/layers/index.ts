export * from './layer-index.ts';
