/** A thread that hashes ranges of one file, one after the other, while the file is still being written. */
import { Worker } from 'node:worker_threads';

const CHUNK = 1 << 20;

/**
 * Given as text, so that it works however the program is bundled. `from` starts a range, `to` says how far the file is
 * written, `end` asks for the digest of the range.
 */
const PROGRAM = `
const { createHash } = require('node:crypto');
const { openSync, readSync } = require('node:fs');
const { parentPort, workerData } = require('node:worker_threads');
const fd = openSync(Buffer.from(workerData.path, 'latin1'), 'r');
const buffer = Buffer.allocUnsafeSlow(${CHUNK});
let hash;
let done = 0;
const take = {
  from(offset) {
    hash = createHash(workerData.algorithm);
    done = offset;
  },
  to(size) {
    while (done < size) {
      const count = readSync(fd, buffer, 0, Math.min(buffer.length, size - done), done);
      if (count === 0) throw new Error('the file is shorter than ' + size + ' bytes');
      hash.update(count === buffer.length ? buffer : buffer.subarray(0, count));
      done += count;
    }
  },
  end() {
    parentPort.postMessage(hash.digest('hex'));
  },
};
parentPort.on('message', ([what, at]) => take[what](at));
`;

interface Waiting {
  readonly resolve: (hex: string) => void;
  readonly reject: (error: unknown) => void;
}

/** Owns a thread and a descriptor of the file until it is disposed of. */
export class HashingThread implements Disposable {
  readonly #worker: Worker;
  readonly #waiting: Waiting[] = [];
  #announced = 0;

  /** @param path latin1 bytes */
  constructor(path: string, algorithm: 'sha256' | 'sha512-256') {
    this.#worker = new Worker(PROGRAM, { eval: true, workerData: { path, algorithm } });
    this.#worker.on('message', (hex: string) => this.#waiting.shift()?.resolve(hex));
    this.#worker.once('error', (error) => this.#fail(error));
    this.#worker.once('exit', () => this.#fail(new Error('the hashing thread has ended')));
  }

  /** Starts the next range. */
  from(offset: number): void {
    this.#announced = offset;
    this.#worker.postMessage(['from', offset]);
  }

  /** Says that the file is written up to there; small steps are collected. */
  to(size: number): void {
    if (size - this.#announced < CHUNK) return;
    this.#announced = size;
    this.#worker.postMessage(['to', size]);
  }

  /** The digest of the range that ends there, in hex. */
  end(size: number): Promise<string> {
    this.#worker.postMessage(['to', size]);
    this.#worker.postMessage(['end']);
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  [Symbol.dispose](): void {
    void this.#worker.terminate();
  }

  #fail(error: unknown): void {
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }
}
