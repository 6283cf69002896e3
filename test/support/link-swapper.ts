/** Another process that exchanges directories for symbolic links, as fast as it can, until it is disposed of. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/** Exchanges one directory for a link and back, over and over; both stay for up to the milliseconds given. */
const TO_AND_FRO = `
const { renameSync, symlinkSync, unlinkSync } = require('node:fs');
const [place, link, longest] = process.argv.slice(1);
const cell = new Int32Array(new SharedArrayBuffer(4));
const stay = () => Atomics.wait(cell, 0, 0, Math.random() * longest);
console.log('ready');
const attempt = (action) => { try { action(); } catch {} };
for (;;) {
  attempt(() => renameSync(place, place + '.aside'));
  attempt(() => symlinkSync(link, place));
  stay();
  attempt(() => unlinkSync(place));
  attempt(() => renameSync(place + '.aside', place));
  stay();
}`;

/** Exchanges each of the directories d0, d1, … for a link as soon as it appears. */
const EACH_IN_TURN = `
const { renameSync, symlinkSync } = require('node:fs');
const [place, link] = process.argv.slice(1);
console.log('ready');
for (let next = 0; ; ) {
  try {
    renameSync(place + '/d' + next, place + '/.d' + next);
    symlinkSync(link, place + '/d' + next);
    next++;
  } catch {}
}`;

export class LinkSwapper implements AsyncDisposable {
  readonly #process: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#process = child;
  }

  /** Exchanges the directory at `place` for a link to `target`, and back. */
  static toAndFro(place: string, target: string, longest: number): Promise<LinkSwapper> {
    return LinkSwapper.#start(TO_AND_FRO, place, target, String(longest));
  }

  /** Exchanges the directories d0, d1, … that somebody makes in `place` for links to `target`. */
  static eachInTurn(place: string, target: string): Promise<LinkSwapper> {
    return LinkSwapper.#start(EACH_IN_TURN, place, target);
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
