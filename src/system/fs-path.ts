const ASCII = /^[\x00-\x7f]*$/;

/** Converts a latin1 path for `node:fs`. Strings are cheaper than buffers, so ASCII paths stay strings. */
export function fsPath(path: string): string | Buffer {
  return ASCII.test(path) ? path : Buffer.from(path, 'latin1');
}
