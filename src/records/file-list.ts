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
const TOO_MANY = '#';
const DIGITS = 24;
/** Lines that are joined at once: as strings of their own they take several times their memory. */
const PIECE = 1000;
const SPECIAL = /[\0-\x20\\]/;

/** Instead of the list of more files than are kept, the text says that there are too many. */
export function encodeFileList(files: Iterable<ListedFile>): string {
  const pieces: string[] = [];
  let lines: string[] = [];
  for (const file of files) {
    if (pieces.length * PIECE + lines.length === MOST_FILES) return TOO_MANY;
    lines.push(lineOf(file));
    if (lines.length < PIECE) continue;
    pieces.push(lines.join('\n'));
    lines = [];
  }
  if (lines.length > 0) pieces.push(lines.join('\n'));
  return pieces.join('\n');
}

// Small functions, which V8 compiles after some hundred files.
function lineOf(file: ListedFile): string {
  return `${metadataOf(file)} ${contentOf(file)} ${escaped(file.path)}${rootOf(file)}`;
}

function metadataOf({ type, mode, uid, gid, size }: ListedFile): string {
  return `${type} ${mode.toString(8)} ${uid} ${gid} ${size}`;
}

function contentOf({ type, digest }: ListedFile): string {
  return type === 'file' ? digest.slice(-64, -64 + DIGITS) : escaped(digest);
}

function rootOf({ root }: ListedFile): string {
  return root === undefined ? '' : ` ${escaped(root)}`;
}

/**
 * In their order; paths may repeat. Lines that cannot be read are left out.
 *
 * @returns undefined where there were too many files
 */
export function decodeFileList(text: string): readonly ListedFile[] | undefined {
  if (text === TOO_MANY) return undefined;
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
  if (!SPECIAL.test(text)) return text;
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
