/**
 * Loaded into lamina by NODE_OPTIONS: kills the process at its n-th change of the store, before or after it, as a power
 * cut or an impatient user would. Counts the changes if it is not to kill.
 *
 * LAMINA_KILL_ROOT: directory of the store. LAMINA_KILL_AT: n, from 1; 0 only counts. LAMINA_KILL_COUNT: file for the count.
 */
const fs = require('node:fs');
const promises = require('node:fs/promises');
const { DatabaseSync, StatementSync } = require('node:sqlite');

const root = process.env.LAMINA_KILL_ROOT ?? '';
const at = Number(process.env.LAMINA_KILL_AT ?? 0);
let count = 0;
// Only this process, not those that it starts.
delete process.env.NODE_OPTIONS;

const isInStore = (value) =>
  (typeof value === 'string' || Buffer.isBuffer(value)) && value.toString().startsWith(root);

/** @returns whether to kill after the change */
function change() {
  count++;
  if (at === 0 || count !== at) return false;
  if (at % 2 === 0) process.kill(process.pid, 'SIGKILL');
  return true;
}

function wrap(object, name, concerns) {
  const original = object[name];
  object[name] = function changed(...args) {
    if (!concerns(args)) return original.apply(this, args);
    const isLast = change();
    const result = original.apply(this, args);
    if (!isLast) return result;
    const end = () => process.kill(process.pid, 'SIGKILL');
    if (typeof result?.then === 'function') return result.finally(end);
    end();
    return result;
  };
}

const named = (args) => isInStore(args[0]) || isInStore(args[1]);
const always = () => true;
for (const name of [
  'renameSync',
  'mkdirSync',
  'rmSync',
  'writeFileSync',
  'symlinkSync',
  'linkSync',
  'utimesSync',
]) {
  wrap(fs, name, named);
}
wrap(fs, 'writeSync', always);
for (const name of ['rename', 'mkdir', 'rm', 'writeFile', 'symlink', 'link'])
  wrap(promises, name, named);
wrap(DatabaseSync.prototype, 'exec', always);
wrap(StatementSync.prototype, 'run', always);

process.on('exit', () => {
  const path = process.env.LAMINA_KILL_COUNT;
  if (path !== undefined) fs.appendFileSync(path, `${count}\n`);
});
