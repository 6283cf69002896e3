/** Node's own SQLite. Loaded when a store is opened, which `import` at the top of a file would not wait for. */

type Sqlite = typeof import('node:sqlite');

/** Node 22 warns that the module is experimental; no later release that we support does. */
export function loadSqlite(): Sqlite {
  const { emitWarning } = process;
  process.emitWarning = () => undefined;
  try {
    return process.getBuiltinModule('node:sqlite');
  } finally {
    process.emitWarning = emitWarning;
  }
}
