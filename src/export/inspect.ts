/** An image in the JSON shape of `docker image inspect`. */

import {
  manifestDescriptor,
  readConfig,
  repoDigests,
  shortName,
  sizeOfImage,
} from '../image/index.ts';
import {
  type ContainerConfig,
  type Descriptor,
  type Digest,
  familiarRepository,
  type ImageConfig,
  parseReference,
  ZERO_TIME,
} from '../oci/index.ts';
import type { ImageRecord, Store } from '../store/index.ts';

/** Keys in Docker's order. */
export interface ImageInspect {
  readonly Id: Digest;
  readonly RepoTags: readonly string[];
  readonly RepoDigests: readonly string[];
  readonly Parent: string;
  readonly Comment: string;
  readonly Created: string;
  readonly DockerVersion: string;
  readonly Author: string;
  readonly Architecture: string;
  readonly Variant?: string;
  readonly Os: string;
  readonly OsVersion?: string;
  /** Bytes of file content of all layers; null while one of them is lazy. */
  readonly Size: number | null;
  readonly GraphDriver: { readonly Data: null; readonly Name: string };
  readonly RootFS: { readonly Type: 'layers'; readonly Layers: readonly string[] };
  readonly Metadata: { readonly LastTagTime: string };
  readonly Descriptor: Descriptor;
  readonly Config: ContainerConfig;
}

export async function inspectImage(store: Store, record: ImageRecord): Promise<ImageInspect> {
  const config = await readConfig(store, record);
  const references = store.images.references(record.id);
  return {
    Id: record.id,
    RepoTags: references.filter((reference) => !reference.includes('@')).map(shortName),
    RepoDigests: digestNames(store, record.id, references),
    Parent: '',
    Comment: config.history?.at(-1)?.comment ?? '',
    Created: config.created ?? ZERO_TIME,
    DockerVersion: '',
    Author: config.author ?? '',
    Architecture: config.architecture,
    ...(config.variant === undefined ? {} : { Variant: config.variant }),
    Os: config.os,
    ...(config['os.version'] === undefined ? {} : { OsVersion: config['os.version'] }),
    Size: sizeOfImage(store, record) ?? null,
    GraphDriver: { Data: null, Name: 'lamina' },
    RootFS: { Type: 'layers', Layers: config.rootfs.diff_ids },
    Metadata: { LastTagTime: ZERO_TIME },
    Descriptor: await manifestDescriptor(store, record),
    Config: dockerConfig(config),
  };
}

/** Names by digest, from pulls and pushes. */
function digestNames(store: Store, id: Digest, references: readonly string[]): string[] {
  const named = references.filter((reference) => reference.includes('@'));
  return [...new Set([...named, ...repoDigests(store, id)].map(repoDigest))].sort();
}

function repoDigest(reference: string): string {
  const parsed = parseReference(reference);
  return `${familiarRepository(parsed)}@${parsed.digest ?? ''}`;
}

/** Docker always prints some keys, even when empty; templates of its users rely on that. */
function dockerConfig({ config = {} }: ImageConfig): ContainerConfig {
  const printed = {
    ...config,
    User: config.User ?? '',
    Env: config.Env ?? null,
    Cmd: config.Cmd ?? null,
    Volumes: config.Volumes ?? null,
    WorkingDir: config.WorkingDir ?? '',
    Entrypoint: config.Entrypoint ?? null,
    OnBuild: config.OnBuild ?? null,
    Labels: config.Labels ?? null,
  };
  const sorted = Object.entries(printed).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(sorted.filter(([, value]) => value !== undefined));
}
