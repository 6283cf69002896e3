/** Figures of an image in an archive or a layout, by tar, find and du alone: a second opinion on reports. */
import { existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { succeed } from './tools.ts';

export interface UnpackedImage {
  /** Of each layer, bottom first: bytes of its regular files. */
  readonly layers: readonly number[];
  readonly visible: number;
  readonly files: number;
  /** Layers, config and manifest; null if a layer is not compressed. */
  readonly compressed: number | null;
}

/** Members of an eStargz layer that no container sees. */
const OF_ESTARGZ = ['stargz.index.json', '.no.prefetch.landmark'];
const MARKER = '.wh.';
const OPAQUE = '.wh..wh..opq';

/**
 * @param image `oci:DIRECTORY`, `oci-archive:FILE` or `docker-archive:FILE`; an archive may be compressed
 * @param directory an empty directory
 */
export async function unpackImage(image: string, directory: string): Promise<UnpackedImage> {
  const [transport = '', path = ''] = image.split(/:(.*)/s);
  const content = transport === 'oci' ? path : await unpacked(path, directory, 'content');
  const { layers, others } = blobsOf(content, transport);
  const merged = join(directory, 'merged');
  mkdirSync(merged);
  const bytes: number[] = [];
  for (const [index, layer] of layers.entries()) {
    const alone = await unpacked(layer, directory, `layer-${index}`);
    bytes.push(await regularBytes(alone));
    for (const marker of await found(alone, ['-name', `${MARKER}*`])) hide(merged, marker);
    await succeed('tar', ['-xf', layer, '-C', merged, `--exclude=${MARKER}*`, ...WITHOUT_OWN]);
  }
  const isCompressed = others !== undefined && layers.every((path) => !isTar(path));
  return {
    layers: bytes,
    visible: await regularBytes(merged),
    files: (await found(merged, ['-type', 'f'])).length,
    compressed: isCompressed ? sizesOf([...layers, ...others]) : null,
  };
}

const WITHOUT_OWN = OF_ESTARGZ.map((name) => `--exclude=${name}`);

async function unpacked(archive: string, directory: string, name: string): Promise<string> {
  const target = join(directory, name);
  mkdirSync(target);
  await succeed('tar', ['-xf', archive, '-C', target, ...WITHOUT_OWN]);
  return target;
}

interface ImageBlobs {
  readonly layers: readonly string[];
  /** Config and manifest; undefined in a Docker archive. */
  readonly others: readonly string[] | undefined;
}

function blobsOf(content: string, transport: string): ImageBlobs {
  const read = (path: string) => JSON.parse(readFileSync(path, 'utf8'));
  const docker = join(content, 'manifest.json');
  if (transport === 'docker-archive' && existsSync(docker)) {
    const names: string[] = read(docker)[0].Layers;
    return { layers: names.map((name) => join(content, name)), others: undefined };
  }
  const blob = ({ digest }: { digest: string }) => join(content, 'blobs', digest.replace(':', '/'));
  const manifest = blob(read(join(content, 'index.json')).manifests[0]);
  const { layers, config } = read(manifest);
  return { layers: layers.map(blob), others: [blob(config), manifest] };
}

/** Hard links count once. */
async function regularBytes(directory: string): Promise<number> {
  const script = `find "$0" -type f ! -name '${MARKER}*' -print0 | du -cb --files0-from=- | tail -n 1`;
  return Number.parseInt((await succeed('sh', ['-c', script, directory])).stdout, 10);
}

async function found(directory: string, test: readonly string[]): Promise<string[]> {
  const { stdout } = await succeed('find', [directory, ...test, '-printf', '%P\\n']);
  return stdout.split('\n').filter((path) => path !== '');
}

function hide(merged: string, marker: string): void {
  const parent = join(merged, dirname(marker));
  if (marker.endsWith(OPAQUE)) {
    rmSync(parent, { recursive: true, force: true });
    mkdirSync(parent, { recursive: true });
  } else {
    rmSync(join(merged, marker.replace(MARKER, '')), { recursive: true, force: true });
  }
}

function isTar(path: string): boolean {
  return readFileSync(path).subarray(257, 262).toString('latin1') === 'ustar';
}

function sizesOf(paths: readonly string[]): number {
  return paths.reduce((sum, path) => sum + statSync(path).size, 0);
}
