/** What is in an image, as bills of materials say it. */
import { createHash } from 'node:crypto';
import type { Distribution } from '../analysis/index.ts';

/** A package of the image. */
export interface BillPackage {
  /** `deb`, `apk`, `rpm`, `npm`, `pypi`, `golang`, `maven`, `gem`. */
  readonly type: string;
  readonly name: string;
  readonly version: string;
}

export interface Bill {
  /** A name of the image, or its id. */
  readonly name: string;
  /** Of the manifest, or the config: what identifies the image. */
  readonly digest: string;
  /** `linux/amd64`. */
  readonly platform: string;
  /** RFC 3339, whole seconds; the same image gives the same document. */
  readonly created: string;
  readonly toolVersion: string;
  readonly distribution: Distribution | undefined;
  readonly packages: readonly BillPackage[];
}

/** Sorted, each once. */
export function distinctPackages(packages: readonly BillPackage[]): readonly BillPackage[] {
  const byKey = new Map(packages.map((one) => [`${one.type}\0${one.name}\0${one.version}`, one]));
  return [...byKey.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
}

/** A UUID that depends on the text alone (RFC 9562, version 8). */
export function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 3) | 8).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}
