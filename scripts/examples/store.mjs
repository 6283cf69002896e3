// A store that one example is built in, and that goes with it.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runAsRoot } from '../host.mjs';

export class ExampleStore {
  directory = mkdtempSync(join(tmpdir(), 'lamina-example-store-'));

  /** Makes a command use this store. */
  env = { LAMINA_ROOT: join(this.directory, 'root') };

  /** Its files are root's, and nothing that might be mounted there is any business of ours. */
  remove() {
    runAsRoot('rm', ['--recursive', '--force', '--one-file-system', this.directory]);
  }
}
