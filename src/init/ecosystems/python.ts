/** Python: pip, Poetry and uv; ASGI, WSGI, Django, and plain programs. */
import { parse } from 'smol-toml';
import { parseManifest, type Values, valuesOf } from '../manifest.ts';
import { has, type ProjectFiles, search } from '../project-files.ts';
import { aptInstall, DEBIAN, distroless, exec, healthcheck, type Recipe } from '../recipe.ts';

const MANIFESTS = ['pyproject.toml', 'requirements.txt', 'Pipfile', 'setup.py', 'manage.py'];
const IGNORED = [
  '.venv',
  'venv',
  '**/__pycache__',
  '**/*.pyc',
  '.pytest_cache',
  '.mypy_cache',
  '.ruff_cache',
  'dist',
  'build',
  '*.egg-info',
  'db.sqlite3',
];
const PORT = 8000;
const PIP_CACHE = '--mount=type=cache,target=/root/.cache/pip';

/** @throws AppError INIT_MANIFEST */
export function pythonRecipe(files: ProjectFiles): Recipe | undefined {
  const programs = files.paths.filter((path) => /^(?:[\w-]+\/){0,2}[\w-]+\.py$/.test(path));
  if (!has(files, ...MANIFESTS)) return undefined;
  const pyproject = has(files, 'pyproject.toml')
    ? parseManifest('pyproject.toml', files.text('pyproject.toml') ?? '', parse)
    : {};
  const installer = installerOf(files, pyproject);
  const served = servedBy(files, programs, pyproject);
  const notes = served.notes ?? [];
  return {
    label: `Python, ${installer.name}, ${served.label}`,
    port: served.port,
    ignored: IGNORED,
    notes,
    bases: [DEBIAN, distroless('python3')],
    stages: ({ path, stage }) => [
      `FROM ${DEBIAN} AS ${stage('build')}`,
      aptInstall('ca-certificates', 'gcc', 'libc6-dev', 'python3-dev', 'python3-venv'),
      'RUN python3 -m venv /opt/venv',
      'ENV PATH=/opt/venv/bin:$PATH VIRTUAL_ENV=/opt/venv',
      'WORKDIR /app',
      ...installer.install(path),
      ...served.packages.map((name) => `RUN ${PIP_CACHE} \\\n    pip install ${name}`),
      `FROM ${distroless('python3')} AS ${stage('app')}`,
      'ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1',
      'WORKDIR /app',
      `COPY --from=${stage('build')} /opt/venv /opt/venv`,
      `COPY ${path('.')} ./`,
      'USER 65532:65532',
      ...(served.port === undefined ? [] : [`EXPOSE ${PORT}`, healthcheck('python3', '-c', CHECK)]),
      `ENTRYPOINT ${exec('/opt/venv/bin/python3')}`,
      `CMD ${exec(...served.command)}`,
    ],
  };
}

const CHECK = `import socket; socket.create_connection(('127.0.0.1', ${PORT}), 2)`;

interface Installer {
  readonly name: string;
  install(path: (file: string) => string): readonly string[];
}

function installerOf(files: ProjectFiles, pyproject: Values): Installer {
  const tools = valuesOf(pyproject.tool);
  const backend = String(valuesOf(pyproject['build-system'])['build-backend'] ?? '');
  if (has(files, 'uv.lock') || 'uv' in tools || backend === 'uv_build') return uv(files);
  if (has(files, 'poetry.lock') || 'poetry' in tools || backend.startsWith('poetry.')) {
    return poetry(files);
  }
  if (has(files, 'requirements.txt')) {
    return {
      name: 'pip',
      install: (path) => [
        `COPY ${path('requirements.txt')} ./`,
        `RUN ${PIP_CACHE} \\\n    pip install -r requirements.txt`,
      ],
    };
  }
  const isProject = has(files, 'pyproject.toml', 'setup.py');
  return {
    name: 'pip',
    install: (path) =>
      isProject ? [`COPY ${path('.')} ./`, `RUN ${PIP_CACHE} \\\n    pip install .`] : [],
  };
}

function uv(files: ProjectFiles): Installer {
  const lock = has(files, 'uv.lock') ? ['uv.lock'] : [];
  const frozen = lock.length > 0 ? ' --frozen' : '';
  return {
    name: 'uv',
    install: (path) => [
      toolStep('uv'),
      `COPY ${['pyproject.toml', ...lock].map(path).join(' ')} ./`,
      'ENV UV_PROJECT_ENVIRONMENT=/opt/venv UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never',
      `RUN --mount=type=cache,target=/root/.cache/uv \\\n    /opt/tool/bin/uv sync${frozen} --no-dev --no-install-project`,
    ],
  };
}

function poetry(files: ProjectFiles): Installer {
  const lock = has(files, 'poetry.lock') ? ['poetry.lock'] : [];
  return {
    name: 'Poetry',
    install: (path) => [
      toolStep('poetry'),
      `COPY ${['pyproject.toml', ...lock].map(path).join(' ')} ./`,
      'RUN --mount=type=cache,target=/root/.cache/pypoetry \\\n    /opt/tool/bin/poetry install --only main --no-root --no-interaction',
    ],
  };
}

/** In an environment of its own: it does not get into the image. */
function toolStep(name: string): string {
  return `RUN ${PIP_CACHE} \\\n    python3 -m venv /opt/tool && /opt/tool/bin/pip install ${name}`;
}

interface Served {
  readonly label: string;
  readonly port: number | undefined;
  /** Servers that the project does not have itself. */
  readonly packages: readonly string[];
  /** Arguments of python3. */
  readonly command: readonly string[];
  readonly notes?: readonly string[];
}

const APPLICATION =
  /^(\w+)\s*(?::[^=\n]+)?=\s*(?:\w+\.)?(FastAPI|Starlette|Litestar|Quart|Flask|Sanic|Bottle)\(/m;
const ASGI = new Set(['FastAPI', 'Starlette', 'Litestar', 'Quart']);
const ADDRESS = `0.0.0.0:${PORT}`;

function servedBy(files: ProjectFiles, programs: readonly string[], pyproject: Values): Served {
  const settings = search(
    files,
    ['manage.py'],
    /DJANGO_SETTINGS_MODULE['"],\s*['"]([\w.]+)\.settings/,
  );
  if (settings !== undefined) {
    const site = settings.groups[0] ?? '';
    return {
      ...{ label: 'Django', port: PORT },
      packages: [...missing(files, 'django'), ...missing(files, 'gunicorn')],
      command: ['-m', 'gunicorn', '--bind', ADDRESS, `${site}.wsgi`],
      notes: [
        'Django answers only to the names in ALLOWED_HOSTS: set them for the place where it runs',
      ],
    };
  }
  const application = search(files, programs, APPLICATION);
  if (application !== undefined) {
    const [name = 'app', kind = ''] = application.groups;
    const module = application.path
      .replace(/^src\//, '')
      .replace(/(?:\/__init__)?\.py$/, '')
      .replaceAll('/', '.');
    const path = application.path.startsWith('src/') ? ['src'] : [];
    return ASGI.has(kind)
      ? {
          ...{ label: `ASGI (${kind})`, port: PORT, packages: missing(files, 'uvicorn') },
          command: [
            '-m',
            'uvicorn',
            '--host',
            '0.0.0.0',
            '--port',
            String(PORT),
            ...path.flatMap((one) => ['--app-dir', one]),
            `${module}:${name}`,
          ],
        }
      : {
          ...{ label: `WSGI (${kind})`, port: PORT, packages: missing(files, 'gunicorn') },
          command: [
            '-m',
            'gunicorn',
            '--bind',
            ADDRESS,
            ...path.flatMap((one) => ['--chdir', one]),
            `${module}:${name}`,
          ],
        };
  }
  const script = scriptOf(files, pyproject);
  if (script !== undefined) return script;
  const main = ['main.py', 'app.py', 'src/main.py', '__main__.py', 'run.py'].find((one) =>
    has(files, one),
  );
  const notes = main === undefined ? ['no program was found: set CMD to the one to run'] : [];
  return { label: 'program', port: undefined, packages: [], command: [main ?? 'main.py'], notes };
}

const ENTRY = /^([\w.]+):(\w+)$/;

/** The first program of `[project.scripts]`, as the command that installers make for it. */
function scriptOf(files: ProjectFiles, pyproject: Values): Served | undefined {
  const [entry] = Object.values(valuesOf(valuesOf(pyproject.project).scripts));
  const [, module, name] = ENTRY.exec(String(entry ?? '')) ?? [];
  if (module === undefined || name === undefined) return undefined;
  const inSource = files.paths.some((path) => path.startsWith('src/'));
  const source = inSource ? "sys.path.insert(0, 'src'); " : '';
  const program = `import sys; ${source}from ${module} import ${name}; sys.exit(${name}())`;
  return { label: 'program', port: undefined, packages: [], command: ['-c', program] };
}

function missing(files: ProjectFiles, name: string): readonly string[] {
  const manifests = ['requirements.txt', 'pyproject.toml', 'Pipfile', 'setup.py'];
  return search(files, manifests, new RegExp(`\\b${name}\\b`, 'i')) === undefined ? [name] : [];
}
