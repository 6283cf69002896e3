/**
 * Loaded into lamina by NODE_OPTIONS: its n-th call that reads or writes in the store fails, as on a bad or full disk. SQLite's calls are not
 * seen; strace makes those fail.
 *
 * LAMINA_FAIL_ROOT: directory of the store. LAMINA_FAIL_AT: n, from 1; 0 only counts. LAMINA_FAIL_CODE: EIO or ENOSPC. LAMINA_FAIL_COUNT: file
 * for the count. LAMINA_FAIL_COMMAND: instead of failing, the call first runs this command of the shell.
 */
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const promises = require('node:fs/promises');
const { syncBuiltinESMExports } = require('node:module');

const root = process.env.LAMINA_FAIL_ROOT ?? '';
const at = Number(process.env.LAMINA_FAIL_AT ?? 0);
const code = process.env.LAMINA_FAIL_CODE ?? 'EIO';
const command = process.env.LAMINA_FAIL_COMMAND;
let count = 0;
// Only this process, not those that it starts.
delete process.env.NODE_OPTIONS;

const TEXTS = { EIO: 'i/o error', ENOSPC: 'no space left on device' };
const { readlinkSync } = fs;

/** @returns the path in the store, if there is one */
function pathOf(value) {
  if (typeof value === 'number') {
    try {
      return pathOf(readlinkSync(`/proc/self/fd/${value}`));
    } catch {
      return undefined;
    }
  }
  const path = typeof value === 'string' || Buffer.isBuffer(value) ? value.toString() : '';
  return path.startsWith(`${root}/`) ? path : undefined;
}

function fault(syscall, path) {
  count++;
  if (at === 0 || count !== at) return undefined;
  if (command !== undefined) {
    execFileSync('sh', ['-c', command], { stdio: 'ignore' });
    return undefined;
  }
  const shown = path === undefined ? '' : ` '${path}'`;
  const error = new Error(`${code}: ${TEXTS[code]}, ${syscall}${shown}`);
  return Object.assign(error, {
    errno: code === 'EIO' ? -5 : -28,
    code,
    syscall,
    ...(path && { path }),
  });
}

function wrap(object, name, { isAsync, hasPath = true }) {
  const original = object[name];
  object[name] = function failing(...args) {
    const path = pathOf(args[0]) ?? pathOf(args[1]);
    const error =
      path === undefined ? undefined : fault(name.replace(/Sync$/, ''), hasPath ? path : undefined);
    if (error === undefined) return original.apply(this, args);
    if (isAsync) return Promise.reject(error);
    throw error;
  };
}

for (const name of [
  'open',
  'readFile',
  'writeFile',
  'readdir',
  'rename',
  'mkdir',
  'link',
  'symlink',
  'copyFile',
]) {
  wrap(fs, `${name}Sync`, { isAsync: false });
}
for (const name of ['write', 'writev', 'read', 'fsync', 'fdatasync', 'ftruncate']) {
  wrap(fs, `${name}Sync`, { isAsync: false, hasPath: false });
}
for (const name of [
  'readFile',
  'writeFile',
  'readdir',
  'rename',
  'mkdir',
  'link',
  'symlink',
  'copyFile',
  'mkdtemp',
]) {
  wrap(promises, name, { isAsync: true });
}
const { open } = promises;
promises.open = async function failing(...args) {
  const path = pathOf(args[0]);
  const error = path && fault('open', path);
  if (error) throw error;
  const handle = await open.apply(this, args);
  if (path === undefined) return handle;
  for (const name of ['read', 'write', 'writev', 'writeFile', 'readFile', 'sync', 'datasync']) {
    const original = handle[name];
    handle[name] = async (...inner) => {
      const late = fault(name === 'sync' ? 'fsync' : name);
      if (late) throw late;
      return original.apply(handle, inner);
    };
  }
  return handle;
};
const { createReadStream } = fs;
fs.createReadStream = (...args) => {
  const stream = createReadStream.apply(fs, args);
  const path = pathOf(args[0]);
  const error = path && fault('read', undefined);
  if (error) stream.destroy(error);
  return stream;
};
syncBuiltinESMExports();

process.on('exit', () => {
  const path = process.env.LAMINA_FAIL_COUNT;
  if (path !== undefined) fs.appendFileSync(path, `${count}\n`);
});
