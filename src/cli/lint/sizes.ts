import type { Savings } from '../../api/index.ts';
import { humanDuration, humanSize } from '../../progress/index.ts';

/** `about 45MB, 12s (estimated)` */
export function sizeText({ bytes, seconds, measured }: Savings): string {
  const parts = [
    ...(bytes === undefined ? [] : [humanSize(bytes)]),
    ...(seconds === undefined ? [] : [`${humanDuration(seconds * 1000)} of a build`]),
  ];
  return `${measured ? '' : 'about '}${parts.join(', ')} (${measured ? 'measured in the last build' : 'an estimate'})`;
}
