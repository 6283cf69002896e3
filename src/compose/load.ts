/** Loads the Compose files of a project: variables, merging, `extends`, `include`. */
import type { Environment } from '../environment.ts';
import { AppError } from '../errors.ts';
import {
  type ComposeDocument,
  type ComposeFile,
  isPlainMap,
  type Plain,
  type PlainMap,
  readDocument,
} from './document.ts';
import { asMapping, mergeMaps } from './merge.ts';
import type { ComposeProject, ComposeSecret, ComposeService } from './project.ts';
import { readBuild } from './read-build.ts';

export interface LoadOptions {
  readonly env: Environment;
  /** Reads a file that another one names in `extends` or `include`; undefined: such files are refused. */
  readonly readFile?: ((path: string, from: string) => ComposeFile) | undefined;
}

/**
 * Loads the files of a project; later ones override earlier ones.
 *
 * @throws AppError COMPOSE_INVALID
 */
export function loadCompose(files: readonly ComposeFile[], options: LoadOptions): ComposeProject {
  const loader = new Loader(options);
  for (const file of files) loader.add(file);
  return loader.project();
}

/** Whether a text of unknown format is a Compose file: YAML with services. */
export function isComposeText(text: string): boolean {
  return /^(?:services|include)\s*:/m.test(text);
}

class Loader {
  private readonly options: LoadOptions;
  private readonly documents: ComposeDocument[] = [];
  private root: PlainMap = {};
  private readonly loading: string[] = [];

  constructor(options: LoadOptions) {
    this.options = options;
  }

  add(file: ComposeFile): void {
    if (this.loading.includes(file.name)) {
      throw new AppError('COMPOSE_INVALID', `'${file.name}' includes itself`);
    }
    this.loading.push(file.name);
    const document = readDocument(file, this.options.env);
    for (const path of includedPaths(document)) this.add(this.read(path, document, ['include']));
    this.documents.push(document);
    this.root = mergeMaps(this.root, { ...document.root, ...this.withExtends(document) });
    this.loading.pop();
  }

  project(): ComposeProject {
    const services = Object.entries(asMap(this.root.services)).map(([name, service]) =>
      this.service(name, asMap(service)),
    );
    if (services.length === 0) {
      throw new AppError('COMPOSE_INVALID', 'the Compose file has no services', {
        location: this.documents[0]?.locate([]),
        expected: 'services: …',
      });
    }
    return { services, secrets: this.secrets() };
  }

  /** The place of a value in the last file that has it. */
  private locate(path: readonly (string | number)[]) {
    return this.lastWith(path)?.locate(path);
  }

  private lastWith(path: readonly (string | number)[]): ComposeDocument | undefined {
    const [last] = path.slice(-1);
    const has = ({ root }: ComposeDocument) => {
      let value: Plain | undefined = root;
      for (const step of path) value = isPlainMap(value) ? value[step] : undefined;
      return value !== undefined || last === undefined;
    };
    return this.documents.findLast(has) ?? this.documents.at(-1);
  }

  private service(name: string, service: PlainMap): ComposeService {
    const path = ['services', name];
    const serviceEnv = new Map(
      Object.entries(asMapping(service.environment)).flatMap(([key, value]) => {
        const text = value === null ? this.options.env[key] : String(value);
        return text === undefined ? [] : [[key, text] as const];
      }),
    );
    const build =
      service.build === undefined || service.build === null
        ? undefined
        : readBuild(service.build, {
            serviceEnv,
            env: this.options.env,
            locate: (...member) => {
              const place = this.locate([...path, 'build', ...member]);
              return place ?? { file: '', text: '', range: NOWHERE };
            },
            locateKey: (key) => {
              const member = [...path, 'build', key];
              const place = this.lastWith(member)?.locateKey(member);
              return place ?? { file: '', text: '', range: NOWHERE };
            },
          });
    if (build === undefined && typeof service.image !== 'string') {
      throw new AppError(
        'COMPOSE_INVALID',
        `the service '${name}' has neither an image nor a build`,
        {
          location: this.locate(path),
        },
      );
    }
    return {
      name,
      build,
      image: typeof service.image === 'string' ? service.image : undefined,
      dependsOn: dependenciesOf(service),
      profiles: Array.isArray(service.profiles) ? service.profiles.map(String) : [],
    };
  }

  private secrets(): ReadonlyMap<string, ComposeSecret> {
    return new Map(
      Object.entries(asMap(this.root.secrets)).map(([name, value]) => {
        const { file, environment, external } = asMap(value);
        if (external === true) {
          throw new AppError(
            'COMPOSE_INVALID',
            `the secret '${name}' is external, which a build cannot read`,
            {
              location: this.locate(['secrets', name]),
              hint: 'use file: or environment:',
            },
          );
        }
        return [name, { file: textOf(file), environment: textOf(environment) }];
      }),
    );
  }

  private withExtends(document: ComposeDocument): PlainMap {
    const services = asMap(document.root.services);
    const resolved = Object.keys(services).map(
      (name) => [name, this.extended(document, name, [])] as const,
    );
    return resolved.length === 0 ? {} : { services: Object.fromEntries(resolved) };
  }

  private extended(document: ComposeDocument, name: string, chain: readonly string[]): PlainMap {
    const service = asMap(asMap(document.root.services)[name]);
    const { extends: base, ...own } = service;
    if (base === undefined || base === null) return service;
    const place = document.locate(['services', name, 'extends']);
    const key = `${document.file.name}:${name}`;
    if (chain.includes(key)) {
      throw new AppError('COMPOSE_INVALID', `the service '${name}' extends itself`, {
        location: place,
      });
    }
    const { file, service: other } = isPlainMap(base) ? base : { file: undefined, service: base };
    const from =
      typeof file === 'string'
        ? readDocument(this.read(file, document, ['services', name, 'extends']), this.options.env)
        : document;
    if (typeof other !== 'string' || asMap(from.root.services)[other] === undefined) {
      throw new AppError(
        'COMPOSE_INVALID',
        `the service '${String(other)}' that '${name}' extends does not exist`,
        {
          location: place,
        },
      );
    }
    return mergeMaps(this.extended(from, other, [...chain, key]), own);
  }

  private read(path: string, document: ComposeDocument, at: readonly string[]): ComposeFile {
    const { readFile } = this.options;
    if (readFile !== undefined) return readFile(path, document.file.name);
    throw new AppError('COMPOSE_INVALID', `other files cannot be read here: '${path}'`, {
      location: document.locate(at),
    });
  }
}

const START = { line: 1, column: 1, offset: 0 };
const NOWHERE = { start: START, end: START };

function includedPaths({ root }: ComposeDocument): string[] {
  if (!Array.isArray(root.include)) return [];
  return root.include.flatMap((item) => {
    const path = isPlainMap(item) ? item.path : item;
    if (Array.isArray(path)) return path.map(String);
    return typeof path === 'string' ? [path] : [];
  });
}

function asMap(value: Plain | undefined): PlainMap {
  return isPlainMap(value) ? value : {};
}

/** Named as such, or because the service uses something of another one. */
function dependenciesOf(service: PlainMap): readonly string[] {
  const { depends_on: named, links, volumes_from: volumes } = service;
  const first = (value: Plain) => String(value).split(':')[0] ?? '';
  const shared = ['network_mode', 'ipc', 'pid'].flatMap((key) => {
    const other = /^service:(.+)$/.exec(textOf(service[key]) ?? '')?.[1];
    return other ?? [];
  });
  const all = [
    ...(Array.isArray(named) ? named.map(String) : Object.keys(asMap(named))),
    ...(Array.isArray(links) ? links.map(first) : []),
    ...(Array.isArray(volumes) ? volumes.map(first).filter((name) => name !== 'container') : []),
    ...shared,
  ];
  return [...new Set(all)];
}

function textOf(value: Plain | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
