/** A process that swaps directories with symlinks, as fast as it can, until it is disposed of. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/** Swaps one directory with a link and back, repeatedly; each stays for at most `longest` milliseconds. */
const TO_AND_FRO = `
const { renameSync, symlinkSync, unlinkSync } = require('node:fs');
const [directory, link, longest] = process.argv.slice(1);
const cell = new Int32Array(new SharedArrayBuffer(4));
const stay = () => Atomics.wait(cell, 0, 0, Math.random() * longest);
console.log('ready');
const attempt = (action) => { try { action(); } catch {} };
for (;;) {
  attempt(() => renameSync(directory, directory + '.aside'));
  attempt(() => symlinkSync(link, directory));
  stay();
  attempt(() => unlinkSync(directory));
  attempt(() => renameSync(directory + '.aside', directory));
  stay();
}`;

/** Replaces each of the directories d0, d1, … with a link as soon as it appears. */
const EACH_IN_TURN = `
const { renameSync, symlinkSync } = require('node:fs');
const [directory, link] = process.argv.slice(1);
console.log('ready');
for (let next = 0; ; ) {
  try {
    renameSync(directory + '/d' + next, directory + '/.d' + next);
    symlinkSync(link, directory + '/d' + next);
    next++;
  } catch {}
}`;

export class LinkSwapper implements AsyncDisposable {
  readonly #process: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#process = child;
  }

  /** Swaps `directory` with a link to `target`, and back. */
  static toAndFro(directory: string, target: string, longest: number): Promise<LinkSwapper> {
    return LinkSwapper.#start(TO_AND_FRO, directory, target, String(longest));
  }

  /** Replaces new directories d0, d1, … in `directory` with links to `target`. */
  static eachInTurn(directory: string, target: string): Promise<LinkSwapper> {
    return LinkSwapper.#start(EACH_IN_TURN, directory, target);
  }

  static async #start(script: string, ...args: string[]): Promise<LinkSwapper> {
    const child = spawn(process.execPath, ['-e', script, '--', ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    return new LinkSwapper(child);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await ended;
  }
}
