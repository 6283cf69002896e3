/** Keeps, while layers go by, the contents that say which packages are installed. */
import type { BytePath, ContentDigest } from '../../files/index.ts';
import type { ContentReader, InspectContent } from '../../layers/index.ts';
import { isApkFile } from './apk.ts';
import { isReleaseFile } from './distribution.ts';
import { isDpkgFile } from './dpkg.ts';
import { isGemFile } from './gem.ts';
import { type GoBuild, GoBuildReader } from './go-binary.ts';
import { isJar, type JavaPackage, javaPackages, LARGEST_JAR } from './maven.ts';
import { isNpmFile } from './npm.ts';
import { isPythonFile } from './python.ts';
import { isRpmFile, rpmPackages } from './rpm.ts';
import type { Described } from './types.ts';

const LARGEST_TEXT = 16 << 20;
const LARGEST_DATABASE = 256 << 20;
/** A Go program is larger: its runtime alone is. */
const SMALLEST_PROGRAM = 256 << 10;

/** By the digest of a content, since a path can have several on its way through the layers. */
export class PackageContents {
  readonly texts = new Map<ContentDigest, string>();
  readonly programs = new Map<ContentDigest, GoBuild>();
  readonly databases = new Map<ContentDigest, readonly Described[]>();
  readonly #archives = new Map<ContentDigest, Promise<readonly JavaPackage[]>>();

  readonly inspect: InspectContent = (file) => {
    if (isText(file.path)) {
      return file.size > LARGEST_TEXT
        ? undefined
        : whole((bytes, digest) => this.texts.set(digest, bytes.toString('latin1')));
    }
    if (isRpmFile(file.path) && file.size <= LARGEST_DATABASE) {
      return whole((bytes, digest) => this.databases.set(digest, rpmPackages(bytes)));
    }
    if (isJar(file.path)) return this.#archive(file.path, file.size);
    const isProgram = (file.mode & 0o111) !== 0 && file.size >= SMALLEST_PROGRAM;
    return isProgram ? this.#program() : undefined;
  };

  /** Of all contents that say something. */
  *digests(): Generator<ContentDigest> {
    for (const found of [this.texts, this.programs, this.databases, this.#archives]) {
      yield* found.keys();
    }
  }

  async archive(digest: ContentDigest): Promise<readonly JavaPackage[]> {
    return (await this.#archives.get(digest)) ?? [];
  }

  #archive(path: BytePath, size: number): ContentReader {
    if (size > LARGEST_JAR) {
      return {
        add: () => undefined,
        end: (digest) => void this.#archives.set(digest, javaPackages(path, undefined)),
      };
    }
    return whole((bytes, digest) => this.#archives.set(digest, javaPackages(path, bytes)));
  }

  #program(): ContentReader {
    const reader = new GoBuildReader();
    return {
      add: (bytes) => reader.add(bytes),
      end: (digest) => {
        const build = reader.finish();
        if (build !== undefined) this.programs.set(digest, build);
      },
    };
  }
}

function isText(path: BytePath): boolean {
  return [isDpkgFile, isApkFile, isNpmFile, isPythonFile, isGemFile, isReleaseFile].some((is) =>
    is(path),
  );
}

function whole(done: (bytes: Buffer, digest: ContentDigest) => void): ContentReader {
  const parts: Buffer[] = [];
  return {
    add: (bytes) => void parts.push(Buffer.from(bytes)),
    end: (digest) => done(Buffer.concat(parts), digest),
  };
}
