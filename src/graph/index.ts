export * from './cache-key.ts';
export * from './definition.ts';
export * from './file-selection.ts';
export { decodeGraph, encodeGraph } from './graph-codec.ts';
export { inputsFirst } from './inputs-first.ts';
export * from './mounts.ts';
export * from './vertex.ts';
