export { build } from './build.ts';
export { listContext } from './list-context.ts';
export { verify } from './verify.ts';
export { check, outline, targets } from './without-building.ts';
