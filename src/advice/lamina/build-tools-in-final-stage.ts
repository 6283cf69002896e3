import { operandsOf, runs, type ShellCommand } from '../../shell/index.ts';
import { adviceRule, listed } from '../making/make.ts';

/** Typical bytes that the packages and their dependencies add. */
const SIZES: readonly (readonly [name: RegExp, bytes: number])[] = [
  [/^(?:build-essential|build-base|base-devel)$/, 220_000_000],
  [/^(?:gcc|g\+\+|clang|cpp)(?:-\d+)?$/, 130_000_000],
  [/^(?:make|cmake|automake|autoconf|pkg-config|pkgconf|patch|linux-headers.*)$/, 15_000_000],
  [/^(?:git|git-core|mercurial|subversion)$/, 60_000_000],
  [/^(?:[\w.+-]+-(?:dev|devel)|[\w.+-]+-headers)$/, 10_000_000],
];

export const buildToolsInFinalStage = adviceRule({
  code: 'BuildToolsInFinalStage',
  severity: 'info',
  requires: 'the final stage has no compilers, headers and version control',
  why: 'They are large, the program does not use them, and they need updates for their vulnerabilities.',
  check({ stages, runs: all }, report) {
    const last = stages.at(-1);
    for (const { script, owner, stage } of all) {
      if (stage !== last) continue;
      for (const command of script.commands) {
        const found = packagesOf(command).filter((name) => sizeOf(name) > 0);
        if (found.length === 0 || script.commands.some((one) => removes(one, found))) continue;
        report({
          what: `the final stage installs ${listed(found)}`,
          hint: 'install them in another stage, and copy the results from it; or remove them in the same RUN',
          range: script.rangeOf(command),
          instruction: owner,
          savings: { bytes: found.reduce((sum, name) => sum + sizeOf(name), 0), measured: false },
        });
      }
    }
  },
});

function sizeOf(name: string): number {
  return SIZES.find(([form]) => form.test(name))?.[1] ?? 0;
}

/** Without versions. */
function packagesOf(command: ShellCommand): readonly string[] {
  const isInstall =
    runs(command, ['apt-get', 'apt', 'yum', 'dnf', 'microdnf'], 'install') ||
    runs(command, 'apk', 'add');
  if (!isInstall) return [];
  const valued = new Set(['t', 'target-release', 'virtual', 'repository', 'X']);
  return operandsOf(command, valued).map(({ value }) => value.replace(/[=<>~].*$/, ''));
}

/** `apt-get purge gcc`, `apk del .build-deps` */
function removes(command: ShellCommand, names: readonly string[]): boolean {
  if (runs(command, 'apk', 'del')) return true;
  if (!runs(command, ['apt-get', 'apt', 'yum', 'dnf'], 'purge', 'remove', 'autoremove'))
    return false;
  return command.words.some(({ value }) => names.includes(value) || value === 'autoremove');
}
