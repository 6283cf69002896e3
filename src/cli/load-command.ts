/**
 * The bundled command as a V8 script, with code that V8 compiled in an earlier run on this machine: compiling
 * takes a good part of a cached build. Node's own compile cache keeps less of it, and is slower;
 * see docs/performance.md.
 */
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Script } from 'node:vm';
import { crc32 } from 'node:zlib';

export interface CommandFile {
  /** A CommonJS module in ASCII, as esbuild writes it: one byte per character, no decoding. */
  readonly path: string;
  /** Identifies the content of the file. V8 itself compares only the length. */
  readonly digest: string;
}

export interface LoadedCommand {
  /** Whether there is compiled code for this V8 and this command. */
  readonly accepted: boolean;
  run(): void;
  /** Keeps the code that V8 has compiled so far for later starts. Never fails. */
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
        // lamina works without it, only slower.
      }
    },
  };
}

/** V8 does not check what it runs: it must not get a file that a power cut left incomplete. */
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
