/**
 * The bundled command as V8 scripts, with code that V8 compiled in an earlier run on this machine: compiling
 * takes a good part of a cached build. Node's own compile cache keeps less of it, and is slower;
 * see docs/performance.md.
 */
import {
  closeSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Script } from 'node:vm';
import { lazyBuiltIn } from './lazy-built-in.ts';

export interface CommandFiles {
  /**
   * A CommonJS module in ASCII: one byte per character, no decoding. So are the modules beside it, which it requires as
   * `./NAME`.
   */
  readonly path: string;
  /** Identifies the content of all these modules. V8 itself compares only the length. */
  readonly digest: string;
}

export interface LoadedCommand {
  /** The names of the modules for which there was compiled code for this V8 and this command. */
  readonly accepted: ReadonlySet<string>;
  run(): void;
  /** Keeps the code that V8 has compiled so far for later starts. Never fails. */
  keepCompiledCode(): void;
}

/** The parameters of a CommonJS module. */
type ModuleFunction = (
  exports: object,
  require: (id: string) => unknown,
  module: { exports: object },
  filename: string,
  directory: string,
) => void;

/**
 * @param codeDirectory of compiled code, from `compiledCodeDirectory`
 * @param kind what the process does; code that one kind of command needs is kept apart from that of others
 */
export function loadCommand(
  { path, digest }: CommandFiles,
  codeDirectory: string | undefined,
  kind: string,
): LoadedCommand {
  const directory = dirname(path);
  const requireOther = createRequire(path);
  const modules = new Map<string, { exports: object }>();
  const accepted = new Set<string>();
  const compiled = new Map<string, Script>();

  const codeName = (name: string): string =>
    `${digest}-${kind}-${process.version}-${process.arch}-${name}`;

  const load = (name: string): object => {
    const known = modules.get(name);
    if (known) return known.exports;
    const module = { exports: {} };
    modules.set(name, module);
    const file = join(directory, name);
    const code = codeDirectory ? readCompiledCode(join(codeDirectory, codeName(name))) : undefined;
    const script = readScript(file, code);
    if (script.cachedDataRejected === false) accepted.add(name);
    else compiled.set(name, script);
    const start: ModuleFunction = script.runInThisContext();
    start(module.exports, requireFrom, module, file, directory);
    return module.exports;
  };
  const requireFrom = (id: string): unknown =>
    id.startsWith('./') ? load(id.slice(2)) : lazyBuiltIn(id, requireOther);

  return {
    accepted,
    run: () => void load(path.slice(directory.length + 1)),
    keepCompiledCode() {
      if (codeDirectory === undefined || compiled.size === 0) return;
      try {
        for (const [name, script] of compiled) {
          writeCompiledCode(join(codeDirectory, codeName(name)), script.createCachedData());
        }
        removeOtherVersions(codeDirectory, digest);
      } catch {
        // lamina works without it, only slower.
      }
    },
  };
}

function readScript(filename: string, cachedData: Buffer | undefined): Script {
  const source = readFileSync(filename, 'latin1');
  return new Script(`(function (exports, require, module, __filename, __dirname) {${source}\n})`, {
    filename,
    ...(cachedData && { cachedData }),
  });
}

function readCompiledCode(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

/** V8 checks the length, not the content: a power cut must not leave a file that has only the former. */
function writeCompiledCode(path: string, code: Buffer): void {
  const temporary = `${path}.${process.pid}.tmp`;
  const file = openSync(temporary, 'wx', 0o600);
  try {
    writeFileSync(file, code);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(temporary, path);
}

function removeOtherVersions(directory: string, digest: string): void {
  for (const name of readdirSync(directory)) {
    if (!name.startsWith(digest)) rmSync(join(directory, name), { force: true });
  }
}
