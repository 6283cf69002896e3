/** The base images of the cases, as OCI layouts that BuildKit and lamina both read. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  digestHex,
  digestOf,
  hostPlatform,
  MEDIA_TYPES,
  type Platform,
} from '../../src/oci/index.ts';
import { busybox } from '../support/cli.ts';
import { type Member, packTar } from './pack-tar.ts';

const PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

const PASSWD = `root:x:0:0:root:/root:/bin/sh
nobody:x:65534:65534:nobody:/:/bin/false
app:x:1001:50:app:/home/app:/bin/sh
lonely:x:1002:1002:no entry in group:/:/bin/sh
`;
const GROUP = `root:x:0:
staff:x:50:
extra:x:60:app,root
more:x:61:app
nogroup:x:65534:
`;

/** `config` members by image name; `busybox` is what most cases start from. */
const CONFIGS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  busybox: { Env: [PATH], Cmd: ['sh'] },
  rich: {
    User: '1001:50',
    ExposedPorts: { '80/tcp': {} },
    Env: [PATH, 'BASE_VAR=from base', 'EMPTY='],
    Entrypoint: ['/bin/entry', 'arg'],
    Cmd: ['base-cmd'],
    Volumes: { '/data': {} },
    WorkingDir: '/srv/base',
    Labels: { 'base.label': 'kept', shared: 'base' },
    StopSignal: 'SIGQUIT',
    Healthcheck: { Test: ['CMD-SHELL', 'true'], Interval: 60_000_000_000, Retries: 5 },
    Shell: ['/bin/ash', '-c'],
  },
  triggers: {
    Env: [PATH],
    Cmd: ['sh'],
    OnBuild: ['ENV TRIGGERED=yes', 'LABEL by=$TRIGGERED', 'WORKDIR /triggered'],
  },
  unusual: { Env: [PATH], Cmd: ['sh'], MacAddress: '02:42:ac:11:00:02', Unknown: { kept: true } },
  hollow: { Env: [PATH, 'HOLLOW=yes'], Cmd: ['/nothing'], WorkingDir: '/w' },
};

/** Images without a layer. */
const HOLLOW = ['hollow'];

/** Images of one layer whose history names no layer, two of them, or none because every entry is empty. */
const HISTORIES: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>> = {
  'history-none': [],
  'history-long': [{ created_by: 'first' }, { created_by: 'second' }],
  'history-empty': [{ created_by: 'first', empty_layer: true }],
};

const ARM: Platform = { os: 'linux', architecture: 'arm64' };
const WINDOWS: Platform = {
  os: 'windows',
  architecture: 'amd64',
  'os.version': '10.0.17763.1',
  'os.features': ['win32k'],
};

/** Images for other platforms than the host's only, or too; their one file says which. */
const FOREIGN: Readonly<Record<string, readonly Platform[]>> = {
  foreign: [ARM],
  several: [{ os: 'linux', architecture: 'amd64' }, ARM],
  windows: [WINDOWS],
};

export interface BaseLayout {
  readonly name: string;
  readonly directory: string;
  /** Of the manifest, or of the index of an image for several platforms. */
  readonly digest: string;
  /** Both builders get it as a named context: a store takes images for the host. */
  readonly isForeign: boolean;
}

/** Writes one layout per image below `directory`; the bytes depend on this machine's busybox only. */
export function writeBaseLayouts(directory: string): BaseLayout[] {
  const layer = packTar(members());
  const platform = hostPlatform();
  const native = Object.entries(CONFIGS).map(([name, config]) => {
    const layers = HOLLOW.includes(name) ? [] : [layer];
    const layout = writeLayout(join(directory, name), name, [{ platform, config, layers }]);
    return { ...layout, isForeign: false };
  });
  const mismatched = Object.entries(HISTORIES).map(([name, history]) => {
    const image = { platform, config: CONFIGS.busybox, layers: [layer], history };
    return { ...writeLayout(join(directory, name), name, [image]), isForeign: false };
  });
  const foreign = Object.entries(FOREIGN).map(([name, platforms]) => {
    const layout = writeLayout(join(directory, name), name, platforms.map(foreignImage));
    return { ...layout, isForeign: true };
  });
  return [...native, ...mismatched, ...foreign];
}

interface BaseImage {
  readonly platform: Platform;
  readonly config: unknown;
  readonly layers: readonly Buffer[];
  /** Default: an entry for each layer. */
  readonly history?: readonly unknown[];
}

function foreignImage(platform: Platform): BaseImage {
  const content = Buffer.from(`${platform.os}/${platform.architecture}\n`);
  const layer = packTar([{ path: 'platform', type: 'file', mode: 0o644, content }]);
  const made = `MADE_FOR=${platform.architecture}`;
  const config =
    platform.os === 'windows'
      ? { Env: [made], Cmd: ['c:\\windows\\system32\\cmd.exe'], WorkingDir: 'C:\\base' }
      : { Env: [PATH, made], Cmd: ['/nothing'] };
  return { platform, config, layers: [layer] };
}

/** @param images several are one index */
function writeLayout(directory: string, name: string, images: readonly BaseImage[]) {
  mkdirSync(join(directory, 'blobs/sha256'), { recursive: true });
  const blob = (mediaType: string, bytes: Buffer) => {
    const digest = digestOf(bytes);
    writeFileSync(join(directory, 'blobs/sha256', digestHex(digest)), bytes);
    return { mediaType, digest, size: bytes.length };
  };
  const json = (mediaType: string, value: unknown) =>
    blob(mediaType, Buffer.from(JSON.stringify(value)));
  const manifests = images.map(({ platform, config, layers, history }) => {
    const written = json(MEDIA_TYPES.ociConfig, {
      ...platform,
      created: '2020-01-01T00:00:00Z',
      author: 'the base',
      config,
      rootfs: { type: 'layers', diff_ids: layers.map(digestOf) },
      history:
        history ??
        layers.map(() => ({
          created: '2020-01-01T00:00:00Z',
          created_by: `the ${name} image`,
        })),
    });
    return json(MEDIA_TYPES.ociManifest, {
      schemaVersion: 2,
      mediaType: MEDIA_TYPES.ociManifest,
      config: written,
      layers: layers.map((layer) => blob('application/vnd.oci.image.layer.v1.tar', layer)),
    });
  });
  const [only, ...others] = manifests;
  const image =
    only !== undefined && others.length === 0
      ? only
      : json(MEDIA_TYPES.ociIndex, {
          schemaVersion: 2,
          mediaType: MEDIA_TYPES.ociIndex,
          manifests: manifests.map((each, position) => ({
            ...each,
            platform: images[position]?.platform,
          })),
        });
  const annotations = {
    'io.containerd.image.name': `docker.io/library/${name}:latest`,
    'org.opencontainers.image.ref.name': 'latest',
  };
  const index = { schemaVersion: 2, manifests: [{ ...image, annotations }] };
  writeFileSync(join(directory, 'index.json'), JSON.stringify(index));
  writeFileSync(join(directory, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  return { name, directory, digest: image.digest };
}

function members(): Member[] {
  const program = readFileSync(busybox());
  const applets = execFileSync(busybox(), ['--list'], { encoding: 'utf8' }).trim().split('\n');
  const directory = (path: string, mode = 0o755, uid = 0, gid = 0): Member => ({
    path,
    type: 'directory',
    mode,
    uid,
    gid,
  });
  const file = (path: string, content: string | Buffer, mode = 0o644): Member => ({
    path,
    type: 'file',
    mode,
    content: Buffer.from(content),
  });
  const link = (path: string, linkTarget: string): Member => ({
    path,
    type: 'symlink',
    mode: 0o777,
    linkTarget,
  });
  return [
    directory('bin'),
    file('bin/busybox', program, 0o755),
    ...applets.filter((name) => name !== 'busybox').map((name) => link(`bin/${name}`, 'busybox')),
    directory('dev'),
    directory('etc'),
    file('etc/group', GROUP),
    file('etc/passwd', PASSWD),
    directory('home'),
    directory('home/app', 0o755, 1001, 50),
    directory('proc'),
    directory('root', 0o700),
    directory('sys'),
    directory('tmp', 0o1777),
    // For the rules of destinations.
    directory('there'),
    link('there/absolute', '/there/dir'),
    link('there/dangling', 'nowhere'),
    { ...directory('there/dir', 0o750, 1001, 50) },
    file('there/dir/old', 'old\n', 0o600),
    directory('there/dir/sub', 0o700, 1001, 50),
    file('there/file', 'file\n'),
    link('there/link', 'dir'),
    link('there/outside', '../../../../there/dir'),
    link('there/to-file', 'file'),
  ];
}
