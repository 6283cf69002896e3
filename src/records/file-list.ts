/** The files behind one digest, kept so that somebody can say later which of them has changed. */

export interface ListedFile {
  /** latin1 bytes. */
  readonly path: string;
  /** The copied file or directory that it was found in; undefined in lists of earlier versions. */
  readonly root?: string | undefined;
  readonly type: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  /** Of its content, or where a link leads; `''` for neither. */
  readonly digest: string;
}

/** Of more files nothing is kept but their one digest. */
const MOST_FILES = 200_000;
const DIGITS = 24;

/** @returns undefined for more files than are kept */
export function encodeFileList(files: Iterable<ListedFile>): string | undefined {
  const lines: string[] = [];
  for (const { path, root, type, mode, uid, gid, size, digest } of files) {
    if (lines.length === MOST_FILES) return undefined;
    const content = type === 'file' ? digest.slice(-64, -64 + DIGITS) : digest;
    lines.push(
      `${type} ${mode.toString(8)} ${uid} ${gid} ${size} ${escaped(content)} ${escaped(path)}${root === undefined ? '' : ` ${escaped(root)}`}`,
    );
  }
  return lines.join('\n');
}

/** In their order; paths may repeat. Lines that cannot be read are left out. */
export function decodeFileList(text: string): readonly ListedFile[] {
  return text.split('\n').flatMap((line) => {
    const [type, mode, uid, gid, size, digest, path, root] = line.split(' ');
    if (type === undefined || mode === undefined || digest === undefined || path === undefined)
      return [];
    return {
      type,
      mode: Number.parseInt(mode, 8),
      uid: Number(uid),
      gid: Number(gid),
      size: Number(size),
      digest: unescaped(digest),
      path: unescaped(path),
      ...(root !== undefined && { root: unescaped(root) }),
    };
  });
}

/** Whether a digest of a list is the start of a whole one. */
export function isListedDigest(listed: string, whole: string): boolean {
  return listed !== '' && whole.slice(-64, -64 + DIGITS) === listed;
}

function escaped(text: string): string {
  return text.replace(
    /[\0-\x20\\]/g,
    (byte) => `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}

function unescaped(text: string): string {
  return text.replace(/\\x([0-9a-f]{2})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
}
