/**
 * The modules that a Go program was built from. Since Go 1.18 the linker puts them into the binary: a magic number, then after 32 bytes
 * the version of Go and the list of modules, each with its length before it. They are found while the binary goes by; it is never held.
 */

export interface GoModule {
  readonly name: string;
  readonly version: string;
}

export interface GoBuild {
  /** Undefined for programs of the standard library alone, and such without a module. */
  readonly main: GoModule | undefined;
  readonly dependencies: readonly GoModule[];
}

const MAGIC = Buffer.from('\xff Go buildinf:', 'latin1');
const HEADER = 32;
/** Texts are inline, not referenced by pointers as before Go 1.18. */
const INLINE = 2;
/** Largest list of modules that is read. */
const LIMIT = 1 << 20;
/** The linker puts a frame of this many bytes before and after the list. */
const FRAME = 16;
const ALIGNMENT = 16;

export class GoBuildReader {
  #position = 0;
  #tail = Buffer.alloc(0);
  #found: Buffer[] | undefined;
  #length = 0;

  add(bytes: Uint8Array): void {
    if (this.#found !== undefined) {
      this.#keep(bytes);
      return;
    }
    const window = Buffer.concat([this.#tail, bytes]);
    const start = this.#position - this.#tail.length;
    for (let at = window.indexOf(MAGIC); at >= 0; at = window.indexOf(MAGIC, at + 1)) {
      if ((start + at) % ALIGNMENT !== 0) continue;
      this.#found = [];
      this.#keep(window.subarray(at));
      return;
    }
    this.#position += bytes.length;
    this.#tail = Buffer.from(window.subarray(Math.max(0, window.length - MAGIC.length + 1)));
  }

  /** @returns undefined for what is no Go program, or one of a Go before 1.18 */
  finish(): GoBuild | undefined {
    if (this.#found === undefined) return undefined;
    const header = Buffer.concat(this.#found);
    if (header.length < HEADER || ((header[15] ?? 0) & INLINE) === 0) return undefined;
    const version = readText(header, HEADER);
    const modules = version && readText(header, version.end);
    return modules && parse(modules.text);
  }

  #keep(bytes: Uint8Array): void {
    if (this.#length >= LIMIT) return;
    const part = bytes.subarray(0, LIMIT - this.#length);
    this.#found?.push(Buffer.from(part));
    this.#length += part.length;
  }
}

/** A text with its length before it, seven bits a byte. */
function readText(bytes: Buffer, start: number): { text: string; end: number } | undefined {
  let [length, shift, at] = [0, 0, start];
  for (;;) {
    const byte = bytes[at++];
    if (byte === undefined || shift > 28) return undefined;
    length |= (byte & 0x7f) << shift;
    shift += 7;
    if (byte < 0x80) break;
  }
  const end = at + length;
  return end > bytes.length ? undefined : { text: bytes.toString('utf8', at, end), end };
}

function parse(framed: string): GoBuild | undefined {
  const lines = framed.slice(FRAME).split('\n');
  let main: GoModule | undefined;
  const dependencies: GoModule[] = [];
  for (const line of lines) {
    const [kind, name, version = ''] = line.split('\t');
    if (name === undefined || name === '') continue;
    if (kind === 'mod') main = { name, version };
    else if (kind === 'dep') dependencies.push({ name, version });
    // What a module is replaced by is what was built.
    else if (kind === '=>') dependencies.splice(-1, 1, { name, version });
  }
  return { main, dependencies };
}
