/** Bake: many targets, defined in HCL, JSON or Compose files, built at once. */
export { bake } from './bake.ts';
export { type BakeSurroundings, readBakeDefinition } from './definition.ts';
