/** The bundled command as a script of V8, which can keep what it compiled. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { Script } from 'node:vm';

export interface LoadedCommand {
  /** Whether the compiled code given fits this V8 and the command. */
  readonly accepted: boolean;
  run(): void;
  /** What V8 has compiled of the command so far, for later starts. */
  compiledCode(): Buffer;
}

/**
 * @param file a CommonJS module in ASCII, as esbuild writes it: one byte a character, nothing to decode
 * @param compiledCode of the same file, from `compiledCode`; V8 refuses what another version made
 */
export function loadCommand(file: string, compiledCode?: Buffer): LoadedCommand {
  const source = readFileSync(file, 'latin1');
  const script = new Script(
    `(function (exports, require, module, __filename, __dirname) {${source}\n})`,
    { filename: file, cachedData: compiledCode },
  );
  return {
    accepted: compiledCode !== undefined && script.cachedDataRejected === false,
    run() {
      const module = { exports: {} };
      script.runInThisContext()(module.exports, createRequire(file), module, file, dirname(file));
    },
    compiledCode: () => script.createCachedData(),
  };
}
