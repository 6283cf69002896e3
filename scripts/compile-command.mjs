// Runs the bundled command once on a small build, and keeps the code that V8 compiled for it; see src/cli/start.ts.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const bin = new URL('../dist/bin/', import.meta.url);
const command = new URL('command.js', bin).pathname;
const { loadCommand } = createRequire(bin)('./load-command.js');

const directory = mkdtempSync(join(tmpdir(), 'lamina-compile-'));
const dockerfile = [
  '# syntax=docker/dockerfile:1',
  'FROM scratch AS files',
  'ARG NAME=file',
  'ENV PATH=/bin:$PATH',
  'COPY --chmod=644 Dockerfile /$NAME',
  'FROM scratch',
  'COPY --from=files /file /there/',
  'LABEL one="1" two=2',
  'USER 65532:65532',
  'ENTRYPOINT ["/there/file"]\n',
];
writeFileSync(join(directory, 'Dockerfile'), dockerfile.join('\n'));
process.env.LAMINA_ROOT = join(directory, 'store');
const args = ['build', '--progress=plain', '--iidfile', join(directory, 'id'), directory];

// What a build does that finds everything in the cache, and nothing else: reading more code than that costs time too.
execFileSync(process.execPath, [new URL('lamina.js', bin).pathname, ...args], { stdio: 'pipe' });
process.argv = [process.execPath, command, ...args];
const loaded = loadCommand(command);
process.on('exit', (status) => {
  if (status === 0) writeFileSync(`${command}.compiled`, loaded.compiledCode());
  rmSync(directory, { recursive: true, force: true });
});
loaded.run();
