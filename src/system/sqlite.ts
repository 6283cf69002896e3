/** Node's SQLite, loaded when it is needed instead of by a static import. */

type Sqlite = typeof import('node:sqlite');

/** Suppresses the warning of Node 22 that the module is experimental; later supported releases do not warn. */
export function loadSqlite(): Sqlite {
  const { emitWarning } = process;
  process.emitWarning = () => undefined;
  try {
    return process.getBuiltinModule('node:sqlite');
  } finally {
    process.emitWarning = emitWarning;
  }
}
