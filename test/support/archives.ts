/** Handmade image archives, so that any part of them can be invalid. */
import { createHash } from 'node:crypto';
import { END_OF_ARCHIVE, encodeHeader, padding, type TarHeader } from '../../src/archive/index.ts';

/** A member of a tar: a file with this content, or a header of any kind. */
export interface MemberSketch extends Partial<TarHeader> {
  readonly path: string;
  readonly content?: string | Uint8Array;
}

/** A tar of exactly these members, in this order. */
export function tarOfMembers(members: readonly MemberSketch[]): Buffer {
  const parts = members.flatMap(({ content, ...header }) => {
    const bytes = Buffer.from(content ?? '');
    const type = header.type ?? 'file';
    const size = type === 'file' ? bytes.length : 0;
    const base = { mode: 0o644, uid: 0, gid: 0, mtime: 0, mtimeNs: 0 };
    const head = encodeHeader({ ...base, size, ...header, type });
    return [head, bytes, Buffer.alloc(padding(bytes.length))];
  });
  return Buffer.concat([...parts, END_OF_ARCHIVE]);
}

export function sha256(bytes: Uint8Array | string): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** Collects blobs and returns their descriptors. */
export class Blobs {
  readonly #files = new Map<string, Buffer>();

  add(mediaType: string, content: unknown): Record<string, unknown> {
    const bytes = content instanceof Uint8Array ? Buffer.from(content) : json(content);
    const digest = sha256(bytes);
    this.#files.set(`blobs/${digest.replace(':', '/')}`, bytes);
    return { mediaType, digest, size: bytes.length };
  }

  /** An image of one layer with the file `hello`. */
  image(options: { architecture?: string; layer?: Buffer; layerType?: string } = {}) {
    const layer = options.layer ?? tarOfMembers([{ path: 'hello', content: 'world' }]);
    const config = this.add('application/vnd.oci.image.config.v1+json', {
      architecture: options.architecture ?? 'amd64',
      os: 'linux',
      rootfs: { type: 'layers', diff_ids: [sha256(layer)] },
    });
    return this.manifest(config, [
      this.add(options.layerType ?? 'application/vnd.oci.image.layer.v1.tar', layer),
    ]);
  }

  manifest(config: unknown, layers: readonly unknown[]): Record<string, unknown> {
    const mediaType = 'application/vnd.oci.image.manifest.v1+json';
    return this.add(mediaType, { schemaVersion: 2, mediaType, config, layers });
  }

  index(manifests: readonly unknown[]): Record<string, unknown> {
    const mediaType = 'application/vnd.oci.image.index.v1+json';
    return this.add(mediaType, { schemaVersion: 2, mediaType, manifests });
  }

  /** The members of an OCI archive with these entries in its `index.json`. */
  layout(manifests: readonly unknown[]): MemberSketch[] {
    return [
      { path: 'oci-layout', content: '{"imageLayoutVersion":"1.0.0"}' },
      { path: 'index.json', content: json({ schemaVersion: 2, manifests }) },
      ...[...this.#files].map(([path, content]) => ({ path, content })),
    ];
  }
}

/** The members of a Docker archive of one image with the file `hello`. */
export function dockerMembers(change: Readonly<Record<string, unknown>> = {}): MemberSketch[] {
  const layer = tarOfMembers([{ path: 'hello', content: 'world' }]);
  const config = json({
    architecture: 'amd64',
    os: 'linux',
    rootfs: { type: 'layers', diff_ids: [sha256(layer)] },
    history: [{ created_by: 'COPY hello /' }],
  });
  const name = `${sha256(config).slice(7)}.json`;
  const image = { Config: name, RepoTags: ['demo:1'], Layers: ['one/layer.tar'], ...change };
  return [
    { path: 'one/layer.tar', content: layer },
    { path: name, content: config },
    { path: 'manifest.json', content: json([image]) },
  ];
}

export function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}
