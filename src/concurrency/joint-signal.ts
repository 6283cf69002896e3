import { setMaxListeners } from 'node:events';

/** Aborts when one of the signals does. Without a listener limit, so that Node prints no warning. */
export function jointSignal(...signals: readonly (AbortSignal | undefined)[]): AbortSignal {
  const joint = AbortSignal.any(signals.filter((signal) => signal !== undefined));
  setMaxListeners(0, joint);
  return joint;
}
