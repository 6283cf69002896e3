export { chooseBuilder } from './choose.ts';
export type { KnownBuilder, KnownNode } from './config.ts';

/** The calls on builders and the way to a daemon, loaded by those who use one. */
export function loadBuilders(): Promise<typeof import('./calls.ts')> {
  return import('./calls.ts');
}
