/** Ruby, PHP and .NET. */
import { plainName } from '../manifest.ts';
import { has, type ProjectFiles, search } from '../project-files.ts';
import { ADD_USER, aptInstall, bashHealthcheck, DEBIAN, exec, type Recipe } from '../recipe.ts';

export function rubyRecipe(files: ProjectFiles): Recipe | undefined {
  if (!has(files, 'Gemfile')) return undefined;
  const manifests = ['Gemfile', 'Gemfile.lock'].filter((name) => has(files, name));
  const isRack = has(files, 'config.ru');
  const hasPuma = search(files, manifests, /\bpuma\b/) !== undefined;
  const main = ['app.rb', 'main.rb', 'server.rb'].find((name) => has(files, name)) ?? 'app.rb';
  const isSinatra = search(files, [...manifests, main], /\bsinatra\b/) !== undefined;
  const port = isRack || isSinatra ? 3000 : undefined;
  const command = isRack
    ? hasPuma
      ? ['bundle', 'exec', 'puma', '--bind', 'tcp://0.0.0.0:3000']
      : ['bundle', 'exec', 'rackup', '--host', '0.0.0.0', '--port', '3000']
    : ['bundle', 'exec', 'ruby', main, ...(isSinatra ? ['-o', '0.0.0.0', '-p', '3000'] : [])];
  const rails = search(files, manifests, /\brails\b/) === undefined ? '' : ' RAILS_ENV=production';
  return {
    label: `Ruby, ${rails !== '' ? 'Rails' : isRack ? 'Rack' : isSinatra ? 'Sinatra' : 'program'}`,
    port,
    ignored: ['vendor/bundle', 'log', 'tmp', '.bundle'],
    bases: [DEBIAN],
    stages: ({ path, stage }) => [
      `FROM ${DEBIAN} AS ${stage('build')}`,
      aptInstall('ca-certificates', 'build-essential', 'git', 'ruby-dev', 'bundler', 'libyaml-dev'),
      'WORKDIR /app',
      'ENV BUNDLE_PATH=/opt/bundle BUNDLE_WITHOUT=development:test',
      `COPY ${manifests.map(path).join(' ')} ./`,
      'RUN --mount=type=cache,target=/root/.bundle/cache \\\n    bundle install',
      `FROM ${DEBIAN} AS ${stage('app')}`,
      aptInstall('ruby', 'bundler', 'libyaml-0-2'),
      ADD_USER,
      'WORKDIR /app',
      `ENV BUNDLE_PATH=/opt/bundle BUNDLE_WITHOUT=development:test BUNDLE_APP_CONFIG=/opt/bundle${rails}`,
      `COPY --from=${stage('build')} /opt/bundle /opt/bundle`,
      `COPY --from=${stage('build')} /app ./`,
      `COPY --chown=app:app ${path('.')} ./`,
      'USER app',
      ...(port === undefined ? [] : [`EXPOSE ${port}`, bashHealthcheck(port)]),
      `CMD ${exec(...command)}`,
    ],
  };
}

export function phpRecipe(files: ProjectFiles): Recipe | undefined {
  const hasComposer = has(files, 'composer.json');
  const root = has(files, 'public/index.php')
    ? 'public'
    : has(files, 'index.php')
      ? '.'
      : undefined;
  if (!hasComposer && root === undefined) return undefined;
  const manifests = ['composer.json', 'composer.lock'].filter((name) => has(files, name));
  const packages = [
    'php-cli',
    'php-curl',
    'php-mbstring',
    'php-xml',
    'php-mysql',
    'php-pgsql',
    'php-sqlite3',
  ];
  return {
    label: `PHP${hasComposer ? ', Composer' : ''}`,
    port: 8080,
    ignored: ['vendor'],
    notes: [
      "the image serves with PHP's own server: put nginx with php-fpm before it for much traffic",
    ],
    bases: [DEBIAN],
    stages: ({ path, stage }) => [
      ...(hasComposer
        ? [
            `FROM ${DEBIAN} AS ${stage('build')}`,
            aptInstall('ca-certificates', 'composer', 'unzip', ...packages),
            'WORKDIR /app',
            `COPY ${manifests.map(path).join(' ')} ./`,
            'RUN --mount=type=cache,target=/root/.cache/composer \\\n    composer install --no-dev --no-scripts --no-autoloader --no-interaction',
            `COPY ${path('.')} ./`,
            'RUN composer dump-autoload --no-dev --optimize && mkdir -p vendor',
          ]
        : []),
      `FROM ${DEBIAN} AS ${stage('app')}`,
      aptInstall(...packages),
      ADD_USER,
      'WORKDIR /app',
      `COPY ${hasComposer ? `--from=${stage('build')} /app` : path('.')} ./`,
      'ENV PHP_CLI_SERVER_WORKERS=4',
      'USER app',
      'EXPOSE 8080',
      bashHealthcheck(8080),
      `CMD ${exec('php', '-S', '0.0.0.0:8080', '-t', root ?? 'public')}`,
    ],
  };
}

const DOTNET = 'mcr.microsoft.com/dotnet';

/** @throws AppError INIT_NAME */
export function dotnetRecipe(files: ProjectFiles): Recipe | undefined {
  const projects = files.paths.filter((path) =>
    /^(?:[^/]+\/){0,2}[^/]+\.(?:cs|fs)proj$/.test(path),
  );
  const [project] = projects.filter((path) => !/tests?\./i.test(path));
  if (project === undefined) return undefined;
  const name = plainName(
    project.slice(project.lastIndexOf('/') + 1).replace(/\.\w+$/, ''),
    project,
  );
  const directory = project
    .split('/')
    .slice(0, -1)
    .map((part) => plainName(part, 'a directory'));
  const isWeb = search(files, [project], /Microsoft\.NET\.Sdk\.Web/) !== undefined;
  const version = search(files, [project], /<TargetFramework>net(\d+\.\d+)/)?.groups[0] ?? '10.0';
  const file = [...directory, `${name}${project.slice(project.lastIndexOf('.'))}`].join('/');
  return {
    label: `.NET ${version}, ${isWeb ? 'ASP.NET' : 'program'}`,
    port: isWeb ? 8080 : undefined,
    ignored: ['**/bin', '**/obj'],
    bases: [],
    stages: ({ path, stage }) => [
      `FROM ${DOTNET}/sdk:${version} AS ${stage('build')}`,
      'WORKDIR /src',
      `COPY ${path('.')} ./`,
      `RUN --mount=type=cache,target=/root/.nuget/packages \\\n    dotnet publish ${file} --configuration Release --output /out`,
      `FROM ${DOTNET}/${isWeb ? 'aspnet' : 'runtime'}:${version} AS ${stage('app')}`,
      'WORKDIR /app',
      `COPY --from=${stage('build')} /out ./`,
      'USER $APP_UID',
      ...(isWeb ? ['ENV ASPNETCORE_HTTP_PORTS=8080', 'EXPOSE 8080', bashHealthcheck(8080)] : []),
      `ENTRYPOINT ${exec('dotnet', `${name}.dll`)}`,
    ],
  };
}
