/**
 * The terminal of a process that the runner starts itself: it is in a file system of the runner's, which the container
 * gets as its /dev/pts, so that the runner has the other end.
 */
import { spawnSync } from 'node:child_process';
import { chownSync, constants, mkdirSync, openSync } from 'node:fs';
import { isatty, ReadStream } from 'node:tty';
import { mount, unlockTerminal } from '../../system/index.ts';
import type { ConsoleSize, OciMount, OciSpec } from '../process/oci-types.ts';
import { type OwnTerminal, passOn } from '../streams/index.ts';
import { unmount } from './runner-root.ts';
import { changedTerminalSize } from './terminal-size.ts';

const USUAL_SIZE: ConsoleSize = { height: 24, width: 80 };
/** Only the terminals of the container are in it. */
const FIRST_TERMINAL = '0';

export class BuiltinTerminal {
  /** The specification with the runner's terminals as /dev/pts. */
  readonly spec: OciSpec;
  readonly #directory: string;
  readonly #masterFd: number;
  readonly #master: ReadStream;
  readonly #output: Promise<void>;
  readonly #input: ReadStream | undefined;

  /** @param base the bundle */
  constructor(base: string, spec: OciSpec, { interactive }: OwnTerminal) {
    this.#directory = `${base}/pts`;
    this.spec = withTerminals(spec, `../${this.#directory}`);
    mkdirSync(this.#directory);
    const data = optionsOf(spec);
    mount({ source: 'devpts', target: this.#directory, type: 'devpts', data });
    const flags = constants.O_RDWR | constants.O_NOCTTY;
    this.#masterFd = openSync(`${this.#directory}/ptmx`, flags);
    unlockTerminal(this.#masterFd);
    const { uid, gid } = spec.process.user;
    chownSync(`${this.#directory}/${FIRST_TERMINAL}`, uid, gid);
    this.#setSize(spec.process.consoleSize ?? USUAL_SIZE);
    this.#master = new ReadStream(this.#masterFd);
    // Reading fails when the last process of the container has closed the terminal.
    this.#master.on('error', () => this.#master.destroy());
    this.#output = passOn(this.#master, 1);
    this.#input = interactive && isatty(0) ? new ReadStream(0) : undefined;
    this.#input?.setRawMode(true);
    this.#input?.on('data', (chunk) => this.#master.write(chunk));
  }

  /** After the size of our own terminal has changed. */
  resize(): void {
    const size = changedTerminalSize();
    if (size !== undefined) this.#setSize(size);
  }

  /** @param hasRun whether there was a process on it, whose output is passed on to the end */
  async close(hasRun: boolean): Promise<void> {
    this.#input?.setRawMode(false);
    this.#input?.destroy();
    if (!hasRun) this.#master.destroy();
    await this.#output;
    unmount(this.#directory);
  }

  #setSize({ height, width }: ConsoleSize): void {
    const size = ['rows', String(height), 'cols', String(width)];
    spawnSync('stty', size, { stdio: [this.#masterFd, 'ignore', 'ignore'] });
  }
}

function optionsOf({ mounts }: OciSpec): string {
  const options = mounts.find(({ type }) => type === 'devpts')?.options ?? [];
  return options.filter((option) => !isFlag(option)).join(',');
}

function isFlag(option: string): boolean {
  return ['nosuid', 'noexec'].includes(option);
}

function withTerminals(spec: OciSpec, source: string): OciSpec {
  const mounts = spec.mounts.map((one): OciMount => {
    if (one.type !== 'devpts') return one;
    return { ...one, type: 'bind', source, options: ['dev', ...one.options.filter(isFlag)] };
  });
  return { ...spec, mounts };
}
