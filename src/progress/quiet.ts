import type { Display } from './display.ts';

/** Shows nothing. */
export function quietDisplay(): Display {
  return { showsOutput: false, handle() {}, close() {} };
}
