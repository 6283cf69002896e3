/** The signals of Linux, by name and number. */
import { constants } from 'node:os';
import { nearestName } from '../nearest-name.ts';

/** Signals that Node does not name on every platform. */
const FURTHER = ['SIGRTMIN', 'SIGRTMAX', 'SIGSTKFLT', 'SIGPOLL', 'SIGPWR', 'SIGCLD', 'SIGIOT'];

/** Whether STOPSIGNAL accepts it: any number but zero, or a name with or without SIG. */
export function isStopSignal(text: string): boolean {
  if (/^[+-]?\d+$/.test(text)) return Number(text) !== 0;
  const name = text.toUpperCase().startsWith('SIG')
    ? text.toUpperCase()
    : `SIG${text.toUpperCase()}`;
  const base = name.replace(/^(SIGRTMIN\+|SIGRTMAX-)\d{1,2}$/, 'SIGRTMIN');
  return base in constants.signals || FURTHER.includes(base);
}

/** The probably intended signal. */
export function nearestSignal(text: string): string | undefined {
  const name = text.toUpperCase();
  const names = [...Object.keys(constants.signals), ...FURTHER];
  return nearestName(name.startsWith('SIG') ? name : `SIG${name}`, names);
}
