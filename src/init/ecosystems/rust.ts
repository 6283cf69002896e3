/** Rust packages. */
import { parse } from 'smol-toml';
import { parseManifest, plainName, valuesOf } from '../manifest.ts';
import { has, type ProjectFiles, search } from '../project-files.ts';
import { aptInstall, DEBIAN, distroless, type Recipe } from '../recipe.ts';
import { finalStage } from './go.ts';

/** @throws AppError INIT_MANIFEST, INIT_NAME */
export function rustRecipe(files: ProjectFiles): Recipe | undefined {
  if (!has(files, 'Cargo.toml')) return undefined;
  const manifest = parseManifest('Cargo.toml', files.text('Cargo.toml') ?? '', parse);
  const [bin] = Array.isArray(manifest.bin) ? manifest.bin : [];
  const given = valuesOf(bin).name ?? valuesOf(manifest.package).name;
  if (typeof given !== 'string') return undefined;
  const name = plainName(given, 'Cargo.toml');
  const sources = files.paths.filter((path) => path.endsWith('.rs'));
  const address = search(
    files,
    sources,
    /(?:0\.0\.0\.0|127\.0\.0\.1|\[::\]):(\d{2,5})|\.bind\(\(["'][\d.]+["'], (\d+)\)/,
  );
  const port = address === undefined ? undefined : Number(address.groups.find(Boolean));
  const locked = has(files, 'Cargo.lock') ? ' --locked' : '';
  return {
    label: `Rust, ${port === undefined ? 'program' : 'server'}`,
    port,
    ignored: ['target'],
    bases: [DEBIAN, distroless('cc')],
    stages: ({ path, stage }) => [
      `FROM ${DEBIAN} AS ${stage('build')}`,
      aptInstall('ca-certificates', 'cargo', 'pkg-config', 'libssl-dev'),
      'WORKDIR /src',
      `COPY ${path('.')} ./`,
      `RUN --mount=type=cache,target=/root/.cargo/registry --mount=type=cache,target=/src/target \\\n    cargo build --release${locked} && install -D target/release/${name} /out/app`,
      ...finalStage({
        name: stage('app'),
        build: stage('build'),
        tools: stage('tools'),
        base: distroless('cc'),
        port,
      }),
    ],
  };
}
