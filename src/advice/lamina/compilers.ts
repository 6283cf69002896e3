/** Programs that compile a project. */
import { hasWord, runs, type ShellCommand } from '../../shell/index.ts';

const SCRIPTS = ['build', 'compile', 'bundle', 'dist'];

/** Whether the command makes a program out of sources. */
export function compiles(command: ShellCommand): boolean {
  const { name } = command;
  if (/^(?:npm|pnpm|yarn|bun)$/.test(name)) {
    return command.words.some(({ value }) => SCRIPTS.includes(value.split(':', 1)[0] ?? ''));
  }
  if (/^(?:mvn|mvnw|\.\/mvnw)$/.test(name)) return hasWord(command, 'package', 'install', 'verify');
  if (/^(?:gradle|gradlew|\.\/gradlew)$/.test(name))
    return command.words.some(({ value }) => /build|assemble|jar/i.test(value));
  if (name === 'dotnet') return hasWord(command, 'build', 'publish');
  if (
    runs(
      command,
      ['go', 'cargo', 'swift', 'zig', 'stack', 'cabal', 'mix'],
      'build',
      'install',
      'release',
    )
  )
    return true;
  return (
    /^(?:make|cmake|ninja|meson|gcc|g\+\+|clang|clang\+\+|cc|javac|tsc|rustc|ghc)$/.test(name) &&
    !hasWord(command, '--version', 'clean')
  );
}

/** The directory in which the compiler of a project keeps its results, for root. */
export function compilerCache(command: ShellCommand): string | undefined {
  if (runs(command, 'go', 'build', 'install', 'test')) return '/root/.cache/go-build';
  if (runs(command, 'cargo', 'build', 'install')) return '/usr/local/cargo/registry';
  if (/^(?:mvn|mvnw|\.\/mvnw)$/.test(command.name)) return '/root/.m2';
  return /^(?:gradle|gradlew|\.\/gradlew)$/.test(command.name) ? '/root/.gradle' : undefined;
}
