/** The table of contents of an image archive. */
import { TarParser } from '../../archive/index.ts';
import { AppError } from '../../errors.ts';
import { cleanName, linkedName, printable } from './archive-member-name.ts';

const MAX_MEMBERS = 200_000;
const MAX_LINKS = 8;

/** Where a file's bytes are in the archive. */
export interface Extent {
  readonly offset: number;
  readonly size: number;
}

type Member =
  | ({ readonly kind: 'file' } & Extent)
  | { readonly kind: 'link'; readonly target: string };

/** Finds the members of a tar that is pushed in chunk by chunk. */
export class MemberList {
  readonly #parser = new TarParser();
  readonly #members = new Map<string, Member>();

  push(chunk: Uint8Array): void {
    this.#parser.push(chunk);
    for (let event = this.#parser.next(); event !== undefined; event = this.#parser.next()) {
      if (event.kind !== 'member') continue;
      const { header } = event;
      const name = cleanName(header.path);
      const target = header.linkTarget ?? '';
      if (header.type === 'file' && event.sparse === undefined) {
        this.#add(name, { kind: 'file', offset: event.offset, size: header.size });
      } else if (header.type === 'symlink') {
        this.#add(name, { kind: 'link', target: linkedName(name, target) });
      } else if (header.type === 'hardlink') {
        this.#add(name, { kind: 'link', target: cleanName(target) });
      }
    }
  }

  /** Passes over content after the last chunk. @returns bytes, at most `most`, that need not be pushed */
  skip(most: number): number {
    return this.#parser.skip(most);
  }

  /** Ends the tar. */
  end(): void {
    this.#parser.end();
  }

  /** A file by its clean name, links followed. */
  find(name: string): Extent | undefined {
    let member = this.#members.get(name);
    for (let links = 0; member?.kind === 'link'; links++) {
      if (links === MAX_LINKS) return undefined;
      member = this.#members.get(member.target);
    }
    return member;
  }

  /**
   * Two files of one name are refused: readers that take the first and readers that take the last would see different
   * images. Some tools do repeat links and directories.
   */
  #add(name: string, member: Member): void {
    const known = this.#members.get(name);
    if (known !== undefined && (known.kind === 'file' || member.kind === 'file')) {
      throw new AppError(
        'ARCHIVE_DUPLICATE_MEMBER',
        `the archive contains ${printable(name)} twice`,
        {
          hint: 'create the archive again; different tools could read different images from this one',
        },
      );
    }
    this.#members.set(name, member);
    if (this.#members.size > MAX_MEMBERS) {
      throw new AppError('ARCHIVE_LIMIT', `the archive has more than ${MAX_MEMBERS} members`, {
        hint: 'this is not an image archive; use `ADD` or `COPY` to read files from it',
      });
    }
  }
}
