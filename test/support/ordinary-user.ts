/**
 * A user of this machine that is there only for the test: commands run in a mount namespace with other files of users.
 * Its home is a directory of the test.
 */
import { chmodSync, chownSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface OrdinaryUserOptions {
  /** Whether /etc/subuid and /etc/subgid have 65,536 ids for it. Default: true. */
  readonly hasSubordinateIds?: boolean;
  /** Files of this machine that the user does not find. */
  readonly hides?: readonly string[];
}

export class OrdinaryUser {
  readonly uid = 4321;
  readonly home: string;
  /** As `RunSettings.wrapper`. */
  readonly wrapper: readonly string[];

  /** @param directory an empty or new one, open to all */
  constructor(directory: string, options: OrdinaryUserOptions = {}) {
    const { hasSubordinateIds = true, hides = [] } = options;
    const { uid } = this;
    this.home = join(directory, 'home');
    mkdirSync(this.home, { recursive: true });
    chmodSync(directory, 0o755);
    chownSync(this.home, uid, uid);
    const ids = hasSubordinateIds ? 'alice:200000:65536\n' : '';
    const files = {
      passwd: `${readFileSync('/etc/passwd', 'utf8')}alice:x:${uid}:${uid}::${this.home}:/bin/sh\n`,
      group: `${readFileSync('/etc/group', 'utf8')}alice:x:${uid}:\n`,
      subuid: ids,
      subgid: ids,
    };
    for (const [name, content] of Object.entries(files)) {
      writeFileSync(join(directory, name), content);
    }
    writeFileSync(join(directory, 'hidden'), '', { mode: 0o644 });
    const script = [
      ...Object.keys(files).map((name) => `mount --bind ${directory}/${name} /etc/${name}`),
      ...hides.map((path) => `[ ! -e ${path} ] || mount --bind ${directory}/hidden ${path}`),
      `export HOME=${this.home} USER=alice; unset XDG_DATA_HOME XDG_CACHE_HOME XDG_RUNTIME_DIR`,
      `exec setpriv --reuid ${uid} --regid ${uid} --clear-groups "$@"`,
    ];
    this.wrapper = [
      ...['unshare', '--mount', '--propagation', 'private', 'sh', '-ec'],
      ...[script.join('\n'), 'sh'],
    ];
  }
}
