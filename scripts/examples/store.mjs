// A store for one example, which is removed with it.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runAsRoot } from '../host.mjs';

export class ExampleStore {
  directory = mkdtempSync(join(tmpdir(), 'lamina-example-store-'));

  /** Environment that makes a command use this store. */
  env = { LAMINA_ROOT: join(this.directory, 'root') };

  /** Removed as root, who owns the files; never crosses into file systems that are mounted in it. */
  remove() {
    runAsRoot('rm', ['--recursive', '--force', '--one-file-system', this.directory]);
  }
}
