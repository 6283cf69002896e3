/**
 * The bundled command as a script of V8, with the code that V8 compiled of it in an earlier run on this machine:
 * compiling is a good part of what a cached build costs. Node's own compile cache keeps less of it, and is slower;
 * see docs/performance.md.
 */
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Script } from 'node:vm';
import { crc32 } from 'node:zlib';

export interface CommandFile {
  /** A CommonJS module in ASCII, as esbuild writes it: one byte a character, nothing to decode. */
  readonly path: string;
  /** Names the content of the file. V8 itself compares only its length. */
  readonly digest: string;
}

export interface LoadedCommand {
  /** Whether compiled code was found that fits this V8 and the command. */
  readonly accepted: boolean;
  run(): void;
  /** Keeps what V8 has compiled of the command so far for later starts. Never fails. */
  keepCompiledCode(): void;
}

const CHECKSUM_SIZE = 4;

/**
 * @param directory of compiled code, from `compiledCodeDirectory`
 * @param kind what the process does; code that one kind of command needs is kept apart from that of others
 */
export function loadCommand(
  { path, digest }: CommandFile,
  directory: string | undefined,
  kind: string,
): LoadedCommand {
  const name = `${digest}-${kind}-${process.version}-${process.arch}`;
  const cached = directory && readCompiledCode(join(directory, name));
  const source = readFileSync(path, 'latin1');
  const script = new Script(
    `(function (exports, require, module, __filename, __dirname) {${source}\n})`,
    { filename: path, ...(cached && { cachedData: cached }) },
  );
  const accepted = cached !== undefined && script.cachedDataRejected === false;
  return {
    accepted,
    run() {
      const module = { exports: {} };
      script.runInThisContext()(module.exports, createRequire(path), module, path, dirname(path));
    },
    keepCompiledCode() {
      if (directory === undefined || accepted) return;
      try {
        writeCompiledCode(join(directory, name), script.createCachedData());
        removeOtherVersions(directory, digest);
      } catch {
        // Without it, everything works, only slower.
      }
    },
  };
}

/** V8 runs what it gets without looking: a file that a power cut left half written must not reach it. */
function readCompiledCode(path: string): Buffer | undefined {
  try {
    const bytes = readFileSync(path);
    const code = bytes.subarray(0, -CHECKSUM_SIZE);
    return crc32(code) === bytes.readUInt32LE(code.length) ? code : undefined;
  } catch {
    return undefined;
  }
}

function writeCompiledCode(path: string, code: Buffer): void {
  const checksum = Buffer.alloc(CHECKSUM_SIZE);
  checksum.writeUInt32LE(crc32(code));
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, Buffer.concat([code, checksum]), { mode: 0o600 });
  renameSync(temporary, path);
}

function removeOtherVersions(directory: string, digest: string): void {
  for (const name of readdirSync(directory)) {
    if (!name.startsWith(digest)) rmSync(join(directory, name), { force: true });
  }
}
