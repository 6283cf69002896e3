import { printable } from '../progress/index.ts';

export interface UnreadLayer {
  readonly layer: number;
  /** What names the layer: the digest of its blob, its diffID, or its image. */
  readonly digest: string;
  readonly code: string;
  readonly message: string;
}

/** For standard error, in whole lines. */
export function layerProblemText({ layer, digest, code, message }: UnreadLayer): string {
  const problem = printable(`layer ${layer} (${digest}) cannot be read: ${message}`);
  return `error: ${problem}\n  code: ${code} (lamina explain ${code})\n`;
}
