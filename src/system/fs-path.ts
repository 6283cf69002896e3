const ASCII = /^[\x00-\x7f]*$/;

/**
 * A path of bytes in a latin1 string as `node:fs` takes it. Strings cost it less than buffers, so it gets one wherever
 * the bytes of both are the same.
 */
export function fsPath(path: string): string | Buffer {
  return ASCII.test(path) ? path : Buffer.from(path, 'latin1');
}
