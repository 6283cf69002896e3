/** Packages by which the files of an image came. */
import type { BytePath } from '../../files/index.ts';

/** The kind of a package. */
export type PackageType = 'deb' | 'apk' | 'rpm' | 'npm' | 'pypi' | 'golang' | 'maven' | 'gem';

export interface Package {
  readonly type: PackageType;
  readonly name: string;
  readonly version: string;
  /** Bytes of its visible files; hard links count once. */
  readonly bytes: number;
  /** The layer that ships what says that it is installed. */
  readonly layer: number;
}

/** A package as a file of the image describes it. */
export interface Described {
  readonly type: PackageType;
  readonly name: string;
  readonly version: string;
  readonly files: PackageFiles;
}

/** Which files are a package's: a list, or a directory without the packages nested in it. */
export type PackageFiles =
  | { readonly kind: 'list'; readonly paths: readonly BytePath[] }
  | { readonly kind: 'directory'; readonly path: BytePath };

/** Contents of visible files that the finders asked for. */
export interface Contents {
  /** @returns undefined when the file is not visible, or was too large to keep */
  text(path: BytePath): string | undefined;
}
