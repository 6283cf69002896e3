/**
 * Disks that go away while a build runs: the kernel makes a damaged file system read-only, the device behind it is gone, or
 * somebody unmounts it. The build ends with an error that has a code; when the disk is back, the store is whole or
 * `system check --repair` mends it, complete images are there, and the next build succeeds.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomFrom } from '../random.ts';

export interface LostDiskOptions {
  /** The bundled command. */
  readonly command: string;
  /** A static busybox. */
  readonly busybox: string;
  readonly seed: number;
  /** How many losses; undefined: each kind before each call. */
  readonly most?: number | undefined;
  readonly onProgress?: ((done: number, of: number, faults: number) => void) | undefined;
}

export interface LostDiskReport {
  readonly losses: number;
  /** Error code → how often a build ended with it; `none`: it ended well all the same. */
  readonly codes: ReadonlyMap<string, number>;
  /** Stores that `system check --repair` had to mend. */
  readonly mended: number;
  readonly faults: readonly string[];
}

/** In a shell, where the disk is mounted at `disk`. */
const LOSSES = {
  // As after an error of the journal, which the kernel answers with errors=remount-ro.
  'read-only': 'mount -o remount,abort disk',
  // EXT4_IOC_SHUTDOWN, without writing the journal: every call gets EIO from then on.
  dead: `perl -e 'open(my $d, "<", "disk") or die; my $f = pack("L", 2); ioctl($d, 0x8004587d, $f) or die'`,
  unmounted: 'umount --lazy disk',
} as const;
type Loss = keyof typeof LOSSES;

const SHIM = join(process.env.PROGRAM_DIRECTORY ?? import.meta.dirname, 'fail-at-call.cjs');
const ENV = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` };
/** Milliseconds after which a build that waits for its disk counts as stuck. */
const LONGEST = 300_000;

/**
 * $1: command of the shell, $2: before which call. A file system in use elsewhere comes back as it was: until the processes of
 * the build have ended, it cannot be written.
 */
const SCRIPT = `
lamina() { "$NODE" "$COMMAND" "$@"; }
loop=$(losetup --find --show disk.img)
trap 'umount --lazy disk 2>/dev/null; losetup --detach "$loop"' EXIT
mount "$loop" disk
export LAMINA_ROOT="$PWD/disk/store" NO_COLOR=1 LAMINA_CACHE_MAX_SIZE=none
( export NODE_OPTIONS="--require=$SHIM" LAMINA_FAIL_ROOT="$LAMINA_ROOT" LAMINA_FAIL_AT=$2 LAMINA_FAIL_COMMAND="$1"
  lamina build --progress=plain -t new context > out 2> err; echo "ended $?" )
for turn in $(seq 200); do
  umount --lazy disk 2>/dev/null
  mount "$loop" disk && touch disk/probe 2>/dev/null && break
  sleep 0.1
done
lamina system check > check 2>&1; echo "checked $?"
lamina save -o /dev/null new; echo "new $?"
lamina system check --repair > /dev/null 2>&1; lamina system check; echo "repaired $?"
lamina save -o /dev/null app; echo "saved $?"
lamina build -q -t next context; echo "next $?"
lamina builder prune -f > /dev/null; echo "pruned $?"
echo "left $(ls -A disk/store/tmp disk/store/leases disk/store/locks | grep -c '^[^d]')"
`;

/** Needs root, loop devices and ext4. @throws Error if a command fails on a good disk */
export async function loseDisks(options: LostDiskOptions): Promise<LostDiskReport> {
  const directory = mkdtempSync(join(tmpdir(), 'lamina-lost-'));
  try {
    return new LostDisks(options, directory).all();
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

class LostDisks {
  readonly #options: LostDiskOptions;
  readonly #directory: string;
  readonly #codes = new Map<string, number>();
  readonly #faults: string[] = [];
  #mended = 0;

  constructor(options: LostDiskOptions, directory: string) {
    this.#options = options;
    this.#directory = directory;
  }

  all(): LostDiskReport {
    const calls = this.#prepare();
    const kinds = Object.keys(LOSSES) as readonly Loss[];
    const all = kinds.flatMap((kind) =>
      Array.from({ length: calls }, (_, index) => ({ kind, at: index + 1 })),
    );
    const random = randomFrom(this.#options.seed);
    const { most = all.length } = this.#options;
    while (all.length > most) all.splice(random(all.length), 1);
    for (const [number, { kind, at }] of all.entries()) {
      this.#lose(kind, at);
      if (number % 20 === 0) this.#options.onProgress?.(number, all.length, this.#faults.length);
    }
    const [codes, faults] = [this.#codes, this.#faults];
    return { losses: all.length, codes, mended: this.#mended, faults };
  }

  /** Makes a disk with a store. @returns how many calls the build makes on it */
  #prepare(): number {
    const context = this.#path('context');
    mkdirSync(context);
    mkdirSync(this.#path('disk'));
    copyFileSync(this.#options.busybox, join(context, 'busybox'));
    writeFileSync(join(context, 'Dockerfile'), 'FROM scratch\nCOPY --chmod=755 busybox /bin/sh\n');
    this.#succeed(['build', '-q', '-t', 'base', context]);
    this.#writeApp(1);
    this.#succeed(['build', '-q', '-t', 'app', context]);
    const files = this.#path('files');
    mkdirSync(files);
    renameSync(this.#path('store'), join(files, 'store'));
    const good = this.#path('good.img');
    execFileSync('mkfs.ext4', ['-q', '-d', files, good, '64M'], { env: ENV, timeout: LONGEST });
    renameSync(join(files, 'store'), this.#path('store'));
    this.#writeApp(2);
    const count = this.#path('count');
    this.#succeed(['build', '-q', context], {
      ...{ NODE_OPTIONS: `--require=${SHIM}`, LAMINA_FAIL_ROOT: this.#path('store') },
      ...{ LAMINA_FAIL_AT: '0', LAMINA_FAIL_COUNT: count },
    });
    return Number(readFileSync(count, 'utf8').trim().split('\n').at(-1));
  }

  #writeApp(number: number): void {
    const text = `FROM base\nCOPY Dockerfile /number\nRUN --mount=type=cache,target=/c mkdir /dir && echo ${number} > /dir/file && echo x > /c/x\n`;
    writeFileSync(this.#path('context/Dockerfile'), text);
  }

  #lose(kind: Loss, at: number): void {
    execFileSync('cp', ['--sparse=always', this.#path('good.img'), this.#path('disk.img')]);
    // The end of the process namespace ends all that is stuck.
    const namespaces = ['--mount', '--propagation', 'private', '--pid', '--fork', '--kill-child'];
    const words = [...namespaces, '--mount-proc', 'sh', '-c', SCRIPT, 'sh', LOSSES[kind], `${at}`];
    const { status, stdout, stderr } = spawnSync('unshare', words, {
      cwd: this.#directory,
      env: { ...ENV, NODE: process.execPath, COMMAND: this.#options.command, SHIM },
      ...{ encoding: 'utf8', timeout: LONGEST, killSignal: 'SIGKILL' },
    });
    this.#detach();
    const of = (name: string) => new RegExp(`^${name} (\\d+)$`, 'm').exec(stdout)?.[1];
    const error = readFileSync(this.#path('err'), 'utf8');
    const fault = (what: string) =>
      this.#faults.push(`${kind} before call ${at}: ${what}\n${error}${stdout}${stderr}`);
    if (status === null) fault('it is stuck');
    const code = /^ +code: ([A-Z_0-9]+)/m.exec(error)?.[1];
    const name = of('ended') === '0' ? 'none' : (code ?? 'no code');
    this.#codes.set(name, (this.#codes.get(name) ?? 0) + 1);
    if (of('ended') !== '0' && code === undefined) fault('the error has no code');
    if (/INTERNAL|^ +at |Node\.js v/m.test(error)) fault('an internal error');
    if (of('checked') !== '0') this.#mended++;
    // What a build writes after its disk was unmounted goes elsewhere.
    const isReported = of('ended') === '0' && kind !== 'unmounted';
    if (isReported && of('new') !== '0') fault('an image that was reported is lost');
    if (of('repaired') !== '0') fault('system check --repair does not mend the store');
    if (of('saved') !== '0') fault('app is lost');
    if (of('next') !== '0') fault('the next build fails');
    if (of('pruned') !== '0' || of('left') !== '0') fault('something temporary is left');
  }

  /** A script that was ended may have left it. */
  #detach(): void {
    const args = ['--noheadings', '--output', 'NAME', '--associated', this.#path('disk.img')];
    const settings = { encoding: 'utf8', env: ENV, timeout: LONGEST } as const;
    const devices = execFileSync('losetup', args, settings).split('\n');
    for (const device of devices) {
      if (device !== '') spawnSync('losetup', ['--detach', device.trim()], settings);
    }
  }

  #path(name: string): string {
    return join(this.#directory, name);
  }

  #succeed(args: readonly string[], env: Readonly<Record<string, string>> = {}): void {
    const words = [this.#options.command, ...args];
    const { status, stderr } = spawnSync(process.execPath, words, {
      env: { ...process.env, LAMINA_ROOT: this.#path('store'), ...env },
      ...{ encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], timeout: LONGEST },
    });
    if (status !== 0) throw new Error(`lamina ${args.join(' ')} ended with ${status}:\n${stderr}`);
  }
}
