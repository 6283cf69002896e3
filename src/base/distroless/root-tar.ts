/** The root file system of an image without a shell, as a tar: the same packages give the same bytes. */
import {
  END_OF_ARCHIVE,
  encodeHeader,
  padding,
  readContent,
  type TarHeader,
} from '../../archive/index.ts';
import {
  BUNDLE,
  BUSYBOX,
  CERTIFICATES,
  MERGED_DIRECTORIES,
  NONROOT,
  TEXT_FILES,
} from './recipe.ts';
import { controlOf, isWanted, membersOf } from './unpack.ts';

export interface RootTarOptions {
  /** In the order of the packages' names. */
  readonly packages: readonly { readonly name: string; readonly deb: string }[];
  /** Links beside those of every image: their paths, and where they lead. */
  readonly links: Readonly<Record<string, string>>;
  /** Names that busybox answers to; empty without it. */
  readonly applets: readonly string[];
  /** Seconds; no file is younger. */
  readonly epoch: number | undefined;
}

const MAX_CERTIFICATE = 1 << 20;

export async function* rootTar(options: RootTarOptions): AsyncGenerator<Uint8Array> {
  const writer = new RootWriter(options.epoch);
  yield* writer.directories(['', 'etc', 'etc/ssl', 'etc/ssl/certs', 'home', 'usr', 'usr/bin']);
  yield* writer.directories(['usr/lib', 'usr/lib64', 'usr/sbin', 'var', 'var/lib', 'var/lib/dpkg']);
  yield* writer.directories(['var/lib/dpkg/status.d', 'dev', 'proc', 'run', 'sys']);
  yield* writer.directory('root', { mode: 0o700 });
  yield* writer.directory('tmp', { mode: 0o1777 });
  yield* writer.directory('var/tmp', { mode: 0o1777 });
  yield* writer.directory('home/nonroot', { mode: 0o700, uid: NONROOT, gid: NONROOT });
  for (const name of MERGED_DIRECTORIES) yield* writer.link(name, `usr/${name}`);
  yield* writer.link('var/run', '/run');
  for (const [path, target] of Object.entries(options.links)) {
    yield* writer.directories(parentsOf(path));
    yield* writer.link(path, target);
  }
  for (const [path, text] of Object.entries(TEXT_FILES)) yield* writer.file(path, text);
  for (const one of options.packages) yield* packageFiles(writer, one, options);
  yield END_OF_ARCHIVE;
}

function parentsOf(path: string): string[] {
  const names = path.split('/').slice(0, -1);
  return names.map((_, index) => names.slice(0, index + 1).join('/'));
}

async function* packageFiles(
  writer: RootWriter,
  { name, deb }: RootTarOptions['packages'][number],
  { applets }: RootTarOptions,
): AsyncGenerator<Uint8Array> {
  yield* writer.file(`var/lib/dpkg/status.d/${name}`, await controlOf(deb));
  const certificates = new Map<string, Buffer>();
  for await (const member of membersOf(deb)) {
    const { header, content } = member;
    if (name === CERTIFICATES && /^usr\/share\/ca-certificates\/.*\.crt$/.test(header.path)) {
      certificates.set(header.path, await readContent(member, MAX_CERTIFICATE));
    } else if (name === BUSYBOX) {
      if (header.path !== 'usr/bin/busybox') continue;
      yield* writer.directory('busybox');
      yield* writer.member({ ...header, path: 'busybox/busybox' }, content);
      for (const applet of applets) yield* writer.link(`busybox/${applet}`, 'busybox');
    } else if (isWanted(header)) {
      yield* writer.member(header, content);
    }
  }
  if (certificates.size === 0) return;
  const bundle = [...certificates].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, text]) => text);
  yield* writer.file(BUNDLE, Buffer.concat(bundle));
}

type Metadata = Partial<Pick<TarHeader, 'mode' | 'uid' | 'gid'>>;

class RootWriter {
  readonly #epoch: number | undefined;
  /** Paths that were written: many packages have the same directories, or links instead. */
  readonly #paths = new Set<string>();

  constructor(epoch: number | undefined) {
    this.#epoch = epoch;
  }

  *directories(paths: readonly string[]): Generator<Uint8Array> {
    for (const path of paths) yield* this.directory(path);
  }

  *directory(path: string, metadata: Metadata = {}): Generator<Uint8Array> {
    yield* this.#add({ ...this.#own(path, 0o755), ...metadata, type: 'directory' });
  }

  *link(path: string, linkTarget: string): Generator<Uint8Array> {
    yield* this.#add({ ...this.#own(path, 0o777), type: 'symlink', linkTarget });
  }

  *file(path: string, content: string | Buffer): Generator<Uint8Array> {
    const bytes = Buffer.from(content);
    const header: TarHeader = { ...this.#own(path, 0o644), type: 'file', size: bytes.length };
    const blocks = this.#add(header);
    yield* blocks;
    if (blocks.length === 0) return;
    yield bytes;
    yield Buffer.alloc(padding(bytes.length));
  }

  async *member(header: TarHeader, content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    const mtime = Math.min(header.mtime, this.#epoch ?? header.mtime);
    const blocks = this.#add({ ...header, mtime, mtimeNs: 0 });
    yield* blocks;
    if (blocks.length === 0 || header.type !== 'file') return;
    yield* content;
    yield Buffer.alloc(padding(header.size));
  }

  /** The first entry at a path stays. */
  #add(header: TarHeader): Uint8Array[] {
    if (this.#paths.has(header.path)) return [];
    this.#paths.add(header.path);
    return [encodeHeader(header)];
  }

  #own(path: string, mode: number): Omit<TarHeader, 'type'> {
    return { path, mode, uid: 0, gid: 0, size: 0, mtime: this.#epoch ?? 0, mtimeNs: 0 };
  }
}
