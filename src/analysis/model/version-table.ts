/** What each layer says about each path, one row a statement, held in columns. */
import type { ContentDigest, FileType } from '../../files/index.ts';
import type { LayerEntry, LayerFile } from '../../layers/index.ts';
import { bytes, doubles, integers, naturals } from './columns.ts';
import { DigestColumn } from './digest-column.ts';
import { NONE, type PathNode } from './path-table.ts';

/** A row of a `VersionTable`. */
export type Version = number;

/** The type of a file, or a whiteout. */
export type VersionType = FileType | 'whiteout';

const TYPES: readonly VersionType[] = [
  'file',
  'directory',
  'symlink',
  'char',
  'block',
  'fifo',
  'socket',
  'whiteout',
];
const TYPE_CODES = new Map(TYPES.map((type, code) => [type, code]));
const FILE = TYPE_CODES.get('file');
const DIRECTORY = TYPE_CODES.get('directory');
const WHITEOUT = TYPE_CODES.get('whiteout');

/** Whether what lower layers have in a directory can be seen. */
const [SHOWS_THROUGH, OPAQUE, RECREATED] = [0, 1, 2];

/** Why a version is not visible in the end. */
export type HiddenReason = 'deleted' | 'overwritten' | 'opaque' | 'metadata';

const REASONS: readonly HiddenReason[] = ['deleted', 'overwritten', 'opaque', 'metadata'];

/** Metadata of one version, apart from its content. */
export interface VersionMetadata {
  /** Permission bits with setuid, setgid, sticky. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Seconds since the epoch, and nanoseconds. */
  readonly mtime: number;
  readonly mtimeNs: number;
  readonly linkTarget: string | undefined;
  readonly xattrs: Readonly<Record<string, string>> | undefined;
  /** `major:minor` of a device. */
  readonly device: string | undefined;
}

/** The versions of all paths, one for each layer that has an entry for the path. */
export class VersionTable {
  readonly #nodes = integers();
  readonly #layers = integers();
  readonly #types = bytes();
  readonly #opaque = bytes();
  readonly #modes = naturals();
  readonly #uids = naturals();
  readonly #gids = naturals();
  readonly #sizes = doubles();
  readonly #times = doubles();
  readonly #nanoseconds = naturals();
  readonly #linkGroups = integers();
  readonly #targets = integers();
  readonly #attributes = integers();
  readonly #digests = new DigestColumn();
  readonly #before = integers();
  readonly #hiddenBy = integers();
  readonly #reasons = bytes();
  readonly #devices = new Map<Version, string>();
  /** Of hard links to files of lower layers: the version that ships the content. */
  readonly #owners = new Map<Version, Version>();
  readonly #linksAbove = new Map<Version, Version[]>();
  readonly #texts = new Interned();
  readonly #attributeSets: Readonly<Record<string, string>>[] = [];
  readonly #attributeTexts = new Map<string, number>();

  get length(): number {
    return this.#nodes.length;
  }

  /**
   * Adds a version, above those of lower layers.
   *
   * @param before the version visible at this path below the layer, or NONE
   */
  add(entry: LayerEntry, node: PathNode, layer: number, before: Version): Version {
    const version = this.length;
    this.#nodes.push(node);
    this.#layers.push(layer);
    this.#before.push(before);
    this.#hiddenBy.push(NONE);
    this.#reasons.push(0);
    if (entry.kind === 'whiteout') this.#pushWhiteout();
    else this.#pushFile(entry, version);
    return version;
  }

  /** The path of the version. */
  node(version: Version): PathNode {
    return this.#nodes.at(version);
  }

  /** The layer of the version, counted from 0 at the bottom. */
  layer(version: Version): number {
    return this.#layers.at(version);
  }

  /** The type of the file, or `whiteout`. */
  type(version: Version): VersionType {
    return TYPES[this.#types.at(version)] ?? 'file';
  }

  /** Whether it is a regular file. */
  isFile(version: Version): boolean {
    return this.#types.at(version) === FILE;
  }

  /** Whether it is a directory. */
  isDirectory(version: Version): boolean {
    return this.#types.at(version) === DIRECTORY;
  }

  /** Whether the layer deletes the path. */
  isWhiteout(version: Version): boolean {
    return this.#types.at(version) === WHITEOUT;
  }

  /** Whether it is a directory that hides what lower layers have in it. */
  isOpaque(version: Version): boolean {
    return this.#opaque.at(version) !== SHOWS_THROUGH;
  }

  /** Whether it is such a directory because the layer deletes it with a whiteout and recreates it. */
  isRecreated(version: Version): boolean {
    return this.#opaque.at(version) === RECREATED;
  }

  /** Bytes of a regular file; 0 for all else. */
  size(version: Version): number {
    return this.#sizes.at(version);
  }

  /** Number of the hard-link group in the version's layer, or NONE. */
  linkGroup(version: Version): number {
    return this.#linkGroups.at(version);
  }

  /** Marks the version as a hard link to a file of a lower layer: its own layer does not ship the content. */
  linkTo(version: Version, lower: Version): void {
    const owner = this.owner(lower);
    this.#owners.set(version, owner);
    this.#linksAbove.set(owner, [...this.linksAbove(owner), version]);
  }

  /** The version that ships the content: itself, or the one in a lower layer that it is a hard link to. */
  owner(version: Version): Version {
    return this.#owners.size === 0 ? version : (this.#owners.get(version) ?? version);
  }

  /** Hard links to the version in higher layers. */
  linksAbove(version: Version): readonly Version[] {
    return this.#linksAbove.get(version) ?? [];
  }

  /** Bytes of a regular file that its layer ships, as one of a group of hard links. */
  shipped(version: Version): number {
    return this.owner(version) === version ? this.size(version) : 0;
  }

  /** The version visible at the same path below the layer, or NONE. */
  before(version: Version): Version {
    return this.#before.at(version);
  }

  /** Permission bits with setuid, setgid, sticky. */
  mode(version: Version): number {
    return this.#modes.at(version);
  }

  /** Mode, owner, time, link target and attributes. */
  metadata(version: Version): VersionMetadata {
    return {
      mode: this.#modes.at(version),
      uid: this.#uids.at(version),
      gid: this.#gids.at(version),
      mtime: this.#times.at(version),
      mtimeNs: this.#nanoseconds.at(version),
      linkTarget: this.#texts.text(this.#targets.at(version)),
      xattrs: this.#attributeSets[this.#attributes.at(version)],
      device: this.#devices.get(version),
    };
  }

  /** Whether two versions have the same metadata. */
  sameMetadata(a: Version, b: Version): boolean {
    return (
      this.#modes.at(a) === this.#modes.at(b) &&
      this.#uids.at(a) === this.#uids.at(b) &&
      this.#gids.at(a) === this.#gids.at(b) &&
      this.#times.at(a) === this.#times.at(b) &&
      this.#nanoseconds.at(a) === this.#nanoseconds.at(b) &&
      this.#attributes.at(a) === this.#attributes.at(b) &&
      this.#targets.at(a) === this.#targets.at(b)
    );
  }

  /** Whether two versions have the same type and content; undefined while a digest is missing. */
  sameContent(a: Version, b: Version): boolean | undefined {
    if (this.#types.at(a) !== this.#types.at(b)) return false;
    if (!this.isFile(a)) return this.#devices.get(a) === this.#devices.get(b);
    if (this.size(a) !== this.size(b)) return false;
    if (this.size(a) === 0) return true;
    const [one, other] = [this.content(a), this.content(b)];
    return one === NONE || other === NONE ? undefined : one === other;
  }

  /** Whether the digest of the content is known. */
  hasDigest(version: Version): boolean {
    return this.content(version) !== NONE;
  }

  /** How many different contents there are; their numbers are below it. */
  get contents(): number {
    return this.#digests.count;
  }

  /** A number that versions of the same content share; NONE while the digest is missing. */
  content(version: Version): number {
    return this.#digests.number(this.owner(version));
  }

  /** The number of a content; NONE if no version has it. */
  contentOf(digest: ContentDigest): number {
    return this.#digests.numberOf(digest);
  }

  /** As layers name it; undefined while it is missing. */
  contentDigest(version: Version): ContentDigest | undefined {
    const digest = this.#digests.text(this.owner(version));
    return digest === undefined ? undefined : (`sha512-256:${digest}` as ContentDigest);
  }

  /**
   * Sets the digest of the content.
   *
   * @param digest 64 hexadecimal digits, with or without the algorithm in front
   */
  setDigest(version: Version, digest: string): void {
    this.#digests.set(this.owner(version), digest);
  }

  /** The layer that hides the version, or NONE: it is visible in the end. */
  hiddenBy(version: Version): number {
    return this.#hiddenBy.at(version);
  }

  /** Why the version is hidden; meaningful only if `hiddenBy` is not NONE. */
  hiddenReason(version: Version): HiddenReason {
    return REASONS[this.#reasons.at(version)] ?? 'deleted';
  }

  /** Marks the version as hidden by a layer. */
  hide(version: Version, layer: number, reason: HiddenReason): void {
    this.#hiddenBy.set(version, layer);
    this.#reasons.set(version, REASONS.indexOf(reason));
  }

  #pushWhiteout(): void {
    this.#types.push(WHITEOUT ?? 0);
    for (const column of [this.#opaque, this.#modes, this.#uids, this.#gids, this.#sizes]) {
      column.push(0);
    }
    for (const column of [this.#times, this.#nanoseconds]) column.push(0);
    for (const column of [this.#linkGroups, this.#targets, this.#attributes]) {
      column.push(NONE);
    }
  }

  #pushFile(entry: LayerFile, version: Version): void {
    this.#types.push(TYPE_CODES.get(entry.type) ?? 0);
    this.#opaque.push(opacity(entry));
    this.#modes.push(entry.mode);
    this.#uids.push(entry.uid);
    this.#gids.push(entry.gid);
    this.#sizes.push(entry.type === 'file' ? entry.size : 0);
    this.#times.push(entry.mtime);
    this.#nanoseconds.push(entry.mtimeNs);
    this.#linkGroups.push(entry.linkGroup ?? NONE);
    this.#targets.push(
      entry.linkTarget === undefined ? NONE : this.#texts.number(entry.linkTarget),
    );
    this.#attributes.push(this.#attributesOf(entry.xattrs));
    if (entry.digest !== undefined) this.#digests.set(version, entry.digest);
    if (entry.devMajor !== undefined) {
      this.#devices.set(version, `${entry.devMajor}:${entry.devMinor ?? 0}`);
    }
  }

  #attributesOf(xattrs: Readonly<Record<string, string>> | undefined): number {
    if (xattrs === undefined) return NONE;
    const text = JSON.stringify(Object.entries(xattrs).sort(([a], [b]) => (a < b ? -1 : 1)));
    const known = this.#attributeTexts.get(text);
    if (known !== undefined) return known;
    this.#attributeTexts.set(text, this.#attributeSets.length);
    return this.#attributeSets.push(xattrs) - 1;
  }
}

function opacity({ opaque, recreated }: LayerFile): number {
  if (opaque !== true) return SHOWS_THROUGH;
  return recreated === true ? RECREATED : OPAQUE;
}

/** Texts, each once. */
class Interned {
  readonly #numbers = new Map<string, number>();
  readonly #texts: string[] = [];

  number(text: string): number {
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    this.#numbers.set(text, this.#texts.length);
    return this.#texts.push(text) - 1;
  }

  text(number: number): string | undefined {
    return this.#texts[number];
  }
}
