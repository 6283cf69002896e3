import { setMaxListeners } from 'node:events';

/** Aborts when one of the signals does. Node does not warn however much work listens to it at a time. */
export function jointSignal(...signals: readonly (AbortSignal | undefined)[]): AbortSignal {
  const joint = AbortSignal.any(signals.filter((signal) => signal !== undefined));
  setMaxListeners(0, joint);
  return joint;
}
