import { describe, expect, it } from 'vitest';
import { parseDockerfile, parseInstructions, splitStages } from '../dockerfile/index.ts';
import { type ProjectPlan, planProject } from './plan-project.ts';

type Files = Readonly<Record<string, string>>;

function planOf(files: Files, wanted?: readonly string[]): ProjectPlan | undefined {
  return planProject({ paths: Object.keys(files), text: (path) => files[path] }, wanted);
}

function plan(files: Files): ProjectPlan {
  const found = planOf(files);
  if (found === undefined) throw new Error('nothing was recognised');
  return found;
}

/** The label, the port and the last CMD or ENTRYPOINT of the plan. */
function summary(files: Files): readonly unknown[] {
  const { dockerfile, parts } = plan(files);
  const { instructions } = parseInstructions(parseDockerfile(dockerfile, { file: 'Dockerfile' }));
  const last = instructions.findLast(({ kind }) => kind === 'cmd' || kind === 'entrypoint');
  const { command } = last as Extract<typeof last, { kind: 'cmd' }>;
  const words = command.form === 'exec' ? command.args.map(({ text }) => text).join(' ') : '';
  return [parts.at(-1)?.label, parts.at(-1)?.port, words];
}

const json = (value: unknown) => JSON.stringify(value);
const JAVA =
  'package com.example;\n\npublic class App {\n  public static void main(String[] a) {}\n}\n';

describe('a project', () => {
  it.each<[string, Files, readonly unknown[]]>([
    [
      'an Express server',
      {
        'package.json': json({
          scripts: { start: 'node src/index.js' },
          dependencies: { express: '5' },
        }),
        'package-lock.json': '{}',
        'src/index.js': 'app.listen(process.env.PORT || 4000)',
      },
      ['Node.js, npm, server', 4000, 'src/index.js'],
    ],
    [
      'a compiled server with pnpm',
      {
        'package.json': json({ scripts: { build: 'tsc' }, dependencies: { fastify: '5' } }),
        'pnpm-lock.yaml': "lockfileVersion: '9.0'",
        'tsconfig.json': '{ "compilerOptions": { "outDir": "./dist" } }',
        'src/main.ts': '',
      },
      ['Node.js, pnpm, server', 3000, 'dist/main.js'],
    ],
    [
      'Next.js with Yarn',
      { 'package.json': json({ dependencies: { next: '16' } }), 'yarn.lock': '__metadata:\n' },
      ['Node.js, Yarn 4, Next.js', 3000, 'node_modules/next/dist/bin/next start'],
    ],
    [
      'standalone Next.js',
      {
        'package.json': json({ dependencies: { next: '16' } }),
        'next.config.ts': "export default { output: 'standalone' }",
      },
      ['Node.js, npm, Next.js (standalone)', 3000, 'server.js'],
    ],
    [
      'a server of fastify-cli',
      {
        'package.json': json({
          scripts: { start: 'fastify start -l info app.js' },
          dependencies: { fastify: '5', 'fastify-cli': '7' },
        }),
      },
      [
        'Node.js, npm, server',
        3000,
        'node_modules/fastify-cli/cli.js start --address 0.0.0.0 -l info app.js',
      ],
    ],
    [
      'SvelteKit with its adapter for Node.js',
      {
        'package.json': json({
          scripts: { build: 'vite build' },
          devDependencies: { '@sveltejs/kit': '2', '@sveltejs/adapter-node': '5', vite: '8' },
        }),
      },
      ['Node.js, npm, server', 3000, 'build'],
    ],
    [
      'SvelteKit with files',
      {
        'package.json': json({
          scripts: { build: 'vite build' },
          devDependencies: { '@sveltejs/kit': '2', '@sveltejs/adapter-static': '3' },
        }),
      },
      ['Node.js, npm, front end (sveltekit)', 8080, 'nginx -g daemon off;'],
    ],
    [
      'Angular',
      {
        'package.json': json({ scripts: { start: 'ng serve', build: 'ng build' } }),
        'angular.json': json({ projects: { shop: {} } }),
      },
      ['Node.js, npm, front end (angular)', 8080, 'nginx -g daemon off;'],
    ],
    [
      'a program of a Python package',
      {
        'pyproject.toml':
          '[project]\nname = "x"\n[project.scripts]\nx = "shop.cli:main"\n[build-system]\nbuild-backend = "uv_build"\n',
        'src/shop/__init__.py': '',
      },
      [
        'Python, uv, program',
        undefined,
        "-c import sys; sys.path.insert(0, 'src'); from shop.cli import main; sys.exit(main())",
      ],
    ],
    [
      'a front end',
      {
        'package.json': json({ scripts: { build: 'vite build' }, devDependencies: { vite: '7' } }),
      },
      ['Node.js, npm, front end (vite)', 8080, 'nginx -g daemon off;'],
    ],
    [
      'FastAPI with uv',
      {
        'pyproject.toml': '[project]\nname = "x"\ndependencies = ["fastapi", "uvicorn"]\n',
        'uv.lock': '',
        'src/shop/main.py': 'api: FastAPI = FastAPI()\n',
      },
      [
        'Python, uv, ASGI (FastAPI)',
        8000,
        '-m uvicorn --host 0.0.0.0 --port 8000 --app-dir src shop.main:api',
      ],
    ],
    [
      'Flask with Poetry',
      {
        'pyproject.toml': '[tool.poetry.dependencies]\nflask = "*"\n',
        'poetry.lock': '',
        'app/__init__.py': 'app = Flask(__name__)\n',
      },
      ['Python, Poetry, WSGI (Flask)', 8000, '-m gunicorn --bind 0.0.0.0:8000 app:app'],
    ],
    [
      'Django',
      {
        'requirements.txt': 'django\n',
        'manage.py': "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'site1.settings')\n",
      },
      ['Python, pip, Django', 8000, '-m gunicorn --bind 0.0.0.0:8000 site1.wsgi'],
    ],
    [
      'a Go server below cmd',
      {
        'go.mod': 'module x\n',
        'go.sum': '',
        'cmd/shop/main.go': 'package main\nfunc main() { http.ListenAndServe(":9000", nil) }\n',
      },
      ['Go, server', 9000, '/app'],
    ],
    [
      'a Go program',
      { 'go.mod': 'module x\n', 'main.go': 'package main\n' },
      ['Go, program', undefined, '/app'],
    ],
    [
      'a Rust server',
      { 'Cargo.toml': '[package]\nname = "x"\n', 'src/main.rs': 'bind("0.0.0.0:7000")' },
      ['Rust, server', 7000, '/app'],
    ],
    [
      'Maven',
      { 'pom.xml': '<project/>', 'src/main/java/com/example/App.java': JAVA },
      ['Java, Maven, program', undefined, 'java -cp /app/app.jar:/app/lib/* com.example.App'],
    ],
    [
      'Spring Boot with Gradle',
      {
        'build.gradle': "id 'org.springframework.boot'\nimplementation 'spring-boot-starter-web'",
        gradlew: '',
      },
      ['Java, Gradle, server', 8080, 'java -jar /app/app.jar'],
    ],
    [
      'Sinatra',
      { Gemfile: "gem 'sinatra'\n", 'app.rb': '' },
      ['Ruby, Sinatra', 3000, 'bundle exec ruby app.rb -o 0.0.0.0 -p 3000'],
    ],
    [
      'PHP',
      { 'composer.json': '{}', 'public/index.php': '' },
      ['PHP, Composer', 8080, 'php -S 0.0.0.0:8080 -t public'],
    ],
    [
      '.NET',
      {
        'web.csproj':
          '<Project Sdk="Microsoft.NET.Sdk.Web"><TargetFramework>net9.0</TargetFramework>',
      },
      ['.NET 9.0, ASP.NET', 8080, 'dotnet web.dll'],
    ],
    ['a static site', { 'index.html': '' }, ['static site', 8080, 'nginx -g daemon off;']],
  ])('of %s is recognised', (_, files, expected) => {
    expect(summary(files)).toEqual(expected);
  });

  it('in directories gets a stage for each, servers last', () => {
    const files = {
      'server/go.mod': 'module x\n',
      'server/main.go': 'package main\nfunc main() { http.ListenAndServe(":80", nil) }',
      'web/package.json': json({
        scripts: { build: 'vite build' },
        devDependencies: { vite: '7' },
      }),
      'tests/package.json': '{}',
    };
    expect(plan(files).parts.map(({ directory, target }) => [directory, target])).toEqual([
      ['web', 'web-web'],
      ['server', 'server-app'],
    ]);
    expect(planOf(files, ['web'])?.parts).toHaveLength(1);
    expect(planOf(files, ['other'])).toBeUndefined();
    expect(plan(files).dockerfile).toContain('COPY server/go.mod ./');
    expect(plan(files).ignoreFile).toContain('web/node_modules\n');
  });

  it('of Next.js leaves the cache of the compiler behind', () => {
    const next = { 'package.json': json({ dependencies: { next: '16' } }) };
    expect(plan(next).dockerfile).toMatch(/^COPY .*--exclude=cache \/app\/\.next \.\/\.next$/m);
    expect(plan(next).notes).toEqual([expect.stringContaining('standalone')]);
  });

  it('that is unknown is none', () => {
    expect(planOf({ 'README.md': '' })).toBeUndefined();
  });

  it('has an ordinary user, cache mounts, and a check if it listens', () => {
    const files = { 'package.json': json({ dependencies: { express: '5' } }), 'server.js': '' };
    const { dockerfile } = plan(files);
    const { instructions } = parseInstructions(parseDockerfile(dockerfile, { file: 'Dockerfile' }));
    const last = splitStages(instructions).stages.at(-1);
    const kinds = last?.instructions.map(({ kind }) => kind);
    expect(kinds).toEqual(expect.arrayContaining(['user', 'healthcheck', 'expose']));
    expect(dockerfile).toContain('--mount=type=cache,target=/root/.npm');
  });
});

describe('a hostile manifest', () => {
  const instructionsOf = (files: Files) =>
    parseInstructions(parseDockerfile(plan(files).dockerfile, { file: 'Dockerfile' })).instructions;

  it('adds no instructions, and its names are words as they are', () => {
    const hostile = ['a"', 'RUN touch /evil', '$(id) `id` $HOME \\'].join('\n');
    const plain = instructionsOf({ 'package.json': json({ main: 'a.js' }) }).map(
      ({ kind }) => kind,
    );
    const made = instructionsOf({
      'package.json': json({
        name: hostile,
        main: hostile,
        packageManager: `pnpm@${hostile}`,
        scripts: {},
      }),
      'package-lock.json': '',
    });
    expect(made.filter(({ text }) => text.includes('touch') && !text.startsWith('CMD'))).toEqual(
      [],
    );
    expect(made.map(({ kind }) => kind)).toEqual(expect.arrayContaining(plain));
    const cmd = made.at(-1);
    const words = cmd?.kind === 'cmd' && cmd.command.form === 'exec' ? cmd.command.args : [];
    expect(words.map(({ text }) => text)).toEqual([hostile]);
  });

  it.each<[string, Files]>([
    ['Cargo.toml', { 'Cargo.toml': '[package]\nname = "x; touch /evil"\n' }],
    ['a directory', { 'go.mod': 'module x', 'cmd/a b/main.go': 'package main\n' }],
    ['a project file', { 'a$(id).csproj': '' }],
  ])('with a name for a shell in %s is refused', (_, files) => {
    expect(() => planOf(files)).toThrowError(expect.objectContaining({ code: 'INIT_NAME' }));
  });

  it('that is broken is an error with its name', () => {
    for (const [name, text] of [
      ['package.json', '{'],
      ['Cargo.toml', '['],
      ['pyproject.toml', '='],
    ] as const) {
      expect(() => planOf({ [name]: text })).toThrowError(
        expect.objectContaining({ code: 'INIT_MANIFEST', message: expect.stringContaining(name) }),
      );
    }
  });
});
