/** What would make the next builds faster, where the last builds show a pattern. */
import type { ExplainedStep } from './explanation.ts';
import type { BuildRecord } from './types.ts';

export interface ExplainedBuild {
  readonly build: BuildRecord;
  readonly steps: readonly ExplainedStep[];
}

/** So many builds are looked at. */
export const WINDOW = 10;
/** Fewer are no pattern. */
const FEWEST = 3;

/** @param builds newest first */
export function advise(builds: readonly ExplainedBuild[]): readonly string[] {
  const recent = builds.slice(0, WINDOW);
  return [
    ...dependenciesFirst(recent),
    ...lateArguments(recent),
    ...unneededFiles(recent),
    ...forcedOften(recent),
  ];
}

/** What names the dependencies of a program, and the commands that install them. */
const INSTALLERS: readonly { readonly command: RegExp; readonly files: string }[] = [
  { command: /\bnpm (ci|i|install)\b/, files: 'package.json and package-lock.json' },
  { command: /\byarn( install)?\b/, files: 'package.json and yarn.lock' },
  { command: /\bpnpm (i|install)\b/, files: 'package.json and pnpm-lock.yaml' },
  { command: /\bgo (mod download|build|install)\b/, files: 'go.mod and go.sum' },
  { command: /\bpip3? install\b/, files: 'requirements.txt' },
  { command: /\bpoetry install\b/, files: 'pyproject.toml and poetry.lock' },
  { command: /\bcargo (build|fetch)\b/, files: 'Cargo.toml and Cargo.lock' },
  { command: /\bmvn\b/, files: 'pom.xml' },
  { command: /\bbundle install\b/, files: 'Gemfile and Gemfile.lock' },
  { command: /\bcomposer install\b/, files: 'composer.json and composer.lock' },
];
const MANIFEST =
  /(^|\/)(package(-lock)?\.json|yarn\.lock|pnpm-lock\.yaml|go\.(mod|sum)|requirements[^/]*\.txt|pyproject\.toml|poetry\.lock|Cargo\.(toml|lock)|pom\.xml|Gemfile(\.lock)?|composer\.(json|lock))$/;

function dependenciesFirst(builds: readonly ExplainedBuild[]): readonly string[] {
  const misses = builds.flatMap(({ steps }) => {
    const at = steps.findIndex(({ cause }) => cause?.kind === 'file');
    const copy = steps[at];
    if (copy === undefined) return [];
    const installer = steps
      .filter(({ cause }) => cause?.from === copy.name)
      .map(({ name }) => INSTALLERS.find(({ command }) => command.test(name)))
      .find((found) => found !== undefined);
    return installer === undefined ? [] : { subject: copy.cause?.subject ?? '', installer };
  });
  const needless = misses.filter(({ subject }) => !MANIFEST.test(subject));
  const [latest] = needless;
  if (latest === undefined || needless.length < FEWEST) return [];
  const files = [...new Set(needless.map(({ subject }) => subject))];
  const only = files.length === 1 ? `only ${files[0]}` : 'no list of dependencies';
  return [
    `${needless.length} of the last ${misses.length} misses changed ${only}: copy ${latest.installer.files} first, install, and copy the rest afterwards`,
  ];
}

function lateArguments(builds: readonly ExplainedBuild[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const { steps } of builds) {
    const found = steps.find(({ cause }) => cause?.kind === 'arg');
    const subject = found?.cause?.subject;
    const followers = steps.filter(({ cause }) => cause?.from === found?.name);
    if (subject && followers.length > 0) counts.set(subject, (counts.get(subject) ?? 0) + 1);
  }
  return [...counts].flatMap(([name, count]) =>
    count < FEWEST
      ? []
      : `ARG ${name} changed in ${count} of the last ${builds.length} builds: declare it after the steps that do not need it`,
  );
}

const UNNEEDED =
  /^(\.git|\.svn|\.idea|\.vscode|node_modules|__pycache__|\.DS_Store)(\/|$)|\.(log|swp|pyc)$/;

function unneededFiles(builds: readonly ExplainedBuild[]): readonly string[] {
  const names = builds.flatMap(({ steps }) =>
    steps.flatMap(({ cause }) => {
      const match = cause?.kind === 'file' ? UNNEEDED.exec(cause.subject ?? '') : null;
      return match === null ? [] : (match[1] ?? `*.${match[3]}`);
    }),
  );
  return [...new Set(names)].map(
    (name) =>
      `a change of ${name} made steps run: add ${name} to .dockerignore if no step needs it`,
  );
}

function forcedOften(builds: readonly ExplainedBuild[]): readonly string[] {
  const forced = builds.filter(({ steps }) => steps.some(({ cause }) => cause?.kind === 'forced'));
  const flag = forced[0]?.steps.find(({ cause }) => cause?.kind === 'forced')?.cause?.subject;
  if (forced.length < FEWEST || !flag) return [];
  return [
    `${forced.length} of the last ${builds.length} builds used ${flag}: without it, only steps whose inputs changed run`,
  ];
}
