/** For tests of runtimes: lists a directory, and makes a file to mount. */
import { readdirSync } from 'node:fs';

/** All paths below a directory. */
export function everything(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' }).sort();
}

/** A mount of a file in memory. */
export function file(target: string, text: string) {
  const content = Buffer.from(text).toString('base64');
  return { kind: 'file', target, content, mode: 0o400, uid: 0, gid: 0 } as const;
}
