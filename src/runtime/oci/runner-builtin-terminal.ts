/**
 * The terminal of a process that the runner starts itself: it is in a file system of the runner's, which the container
 * gets as its /dev/pts, so that the runner has the other end.
 */
import { chownSync, constants, mkdirSync, openSync } from 'node:fs';
import { mount, unlockTerminal } from '../../system/index.ts';
import type { OciMount, OciSpec } from '../process/oci-types.ts';
import { type OwnTerminal, RelayedTerminal } from '../streams/index.ts';
import { unmount } from './runner-root.ts';

/** Only the terminals of the container are in it. */
const FIRST_TERMINAL = '0';

export class BuiltinTerminal {
  /** The specification with the runner's terminals as /dev/pts. */
  readonly spec: OciSpec;
  readonly #directory: string;
  readonly #relay: RelayedTerminal;

  /** @param base the bundle */
  constructor(base: string, spec: OciSpec, own: OwnTerminal) {
    this.#directory = `${base}/pts`;
    this.spec = withTerminals(spec, `../${this.#directory}`);
    mkdirSync(this.#directory);
    const data = optionsOf(spec);
    mount({ source: 'devpts', target: this.#directory, type: 'devpts', data });
    const flags = constants.O_RDWR | constants.O_NOCTTY;
    const masterFd = openSync(`${this.#directory}/ptmx`, flags);
    unlockTerminal(masterFd);
    const { uid, gid } = spec.process.user;
    chownSync(`${this.#directory}/${FIRST_TERMINAL}`, uid, gid);
    this.#relay = new RelayedTerminal(masterFd, spec.process.consoleSize, own);
  }

  /** After the size of our own terminal has changed. */
  resize(): void {
    this.#relay.resize();
  }

  /** @param hasRun whether there was a process on it, whose output is passed on to the end */
  async close(hasRun: boolean): Promise<void> {
    await this.#relay.close(hasRun);
    unmount(this.#directory);
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
