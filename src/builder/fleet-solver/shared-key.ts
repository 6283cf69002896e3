import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import { resolve } from 'node:path';

/** Names the directories of one context on one machine: later builds update what the daemon has of them. */
export function sharedKey(context: string): string {
  return createHash('sha256')
    .update(`lamina\0${hostname()}\0${resolve(context)}`)
    .digest('hex');
}
