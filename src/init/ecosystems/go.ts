/** Go modules. */

import { plainName } from '../manifest.ts';
import { has, type ProjectFiles, search } from '../project-files.ts';
import {
  aptInstall,
  BUSYBOX,
  busyboxHealthcheck,
  DEBIAN,
  distroless,
  exec,
  type Recipe,
} from '../recipe.ts';

/** @throws AppError INIT_NAME */
export function goRecipe(files: ProjectFiles): Recipe | undefined {
  if (!has(files, 'go.mod')) return undefined;
  const sources = files.paths.filter((path) => path.endsWith('.go') && !path.endsWith('_test.go'));
  const programs = sources.filter((path) => /^\s*package\s+main\b/m.test(files.text(path) ?? ''));
  const [program] = programs
    .map(directoryOf)
    .sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
  const target =
    program === undefined || program === ''
      ? '.'
      : `./${program
          .split('/')
          .map((part) => plainName(part, 'a directory'))
          .join('/')}`;
  const server = search(
    files,
    sources,
    /ListenAndServe|\.Run\(|\.Listen\(|net\.Listen\(|\.Start\(/,
  );
  const address = search(files, sources, /["'`](?:[\w.]*):(\d{2,5})["'`]/);
  const port = server === undefined ? undefined : Number(address?.groups[0] ?? 8080);
  const manifests = ['go.mod', 'go.sum'].filter((name) => has(files, name));
  return {
    label: `Go, ${port === undefined ? 'program' : 'server'}`,
    port,
    ignored: ['bin', 'vendor/**/testdata'],
    bases: [DEBIAN, distroless('static')],
    stages: ({ path, stage }) => [
      `FROM --platform=$BUILDPLATFORM ${DEBIAN} AS ${stage('build')}`,
      aptInstall('ca-certificates', 'git', 'golang-go'),
      'WORKDIR /src',
      'ENV GOTOOLCHAIN=auto CGO_ENABLED=0',
      `COPY ${manifests.map(path).join(' ')} ./`,
      'RUN --mount=type=cache,target=/root/go/pkg/mod \\\n    go mod download',
      `COPY ${path('.')} ./`,
      'ARG TARGETOS TARGETARCH',
      `RUN --mount=type=cache,target=/root/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build \\\n    GOOS=$TARGETOS GOARCH=$TARGETARCH go build -trimpath -ldflags='-s -w' -o /out/app ${target}`,
      ...finalStage({
        name: stage('app'),
        build: stage('build'),
        tools: stage('tools'),
        base: distroless('static'),
        port,
      }),
    ],
  };
}

export interface FinalStage {
  readonly name: string;
  /** The stage with /out/app. */
  readonly build: string;
  /** The name of a stage for busybox. */
  readonly tools: string;
  readonly base: string;
  readonly port: number | undefined;
}

/** A compiled program on a base without a shell; busybox, if the program listens, checks that. */
export function finalStage({ name, build, tools, base, port }: FinalStage): readonly string[] {
  const isServer = port !== undefined;
  return [
    ...(isServer ? [`FROM ${DEBIAN} AS ${tools}`, aptInstall('busybox-static')] : []),
    `FROM ${base} AS ${name}`,
    ...(isServer ? [`COPY --from=${tools} /bin/busybox ${BUSYBOX}`] : []),
    `COPY --from=${build} /out/app /app`,
    'USER 65532:65532',
    ...(isServer ? [`EXPOSE ${port}`, busyboxHealthcheck(port)] : []),
    `ENTRYPOINT ${exec('/app')}`,
  ];
}

function directoryOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}
