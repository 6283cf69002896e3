/** Registers an emulator with the kernel for the duration of a test, as Debian's package does with systemd. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';

const MOUNT = '/proc/sys/fs/binfmt_misc';

/**
 * Registers the emulator of a file in `/usr/lib/binfmt.d`.
 *
 * @param name of the file: `qemu-aarch64`
 */
export function registerEmulator(name: string): Disposable {
  if (!existsSync(`${MOUNT}/register`)) {
    mkdirSync(MOUNT, { recursive: true });
    execFileSync('mount', ['-t', 'binfmt_misc', 'binfmt_misc', MOUNT]);
  }
  // Already registered on machines whose init system does it.
  if (existsSync(`${MOUNT}/${name}`)) return { [Symbol.dispose]: () => undefined };
  const entry = `lamina-test-${process.pid}`;
  const rule = readFileSync(`/usr/lib/binfmt.d/${name}.conf`, 'latin1').trim();
  writeFileSync(`${MOUNT}/register`, rule.replace(`:${name}:`, `:${entry}:`), 'latin1');
  return { [Symbol.dispose]: () => writeFileSync(`${MOUNT}/${entry}`, '-1') };
}
