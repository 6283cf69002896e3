/** Contexts that are directories of this machine. */
import { posix } from 'node:path';

/** `cwd://` names a directory here even if the definition comes from elsewhere. */
export function cleanContext(context: string): string {
  const path = context.startsWith('cwd://') ? context.slice(6) : context;
  if (!isLocal(path)) return context;
  return posix.normalize(path).replace(/(.)\/$/, '$1');
}

/** Whether a context is a directory of this machine, relative to the working directory. */
export function isLocal(context: string): boolean {
  return !/^(?:[a-z][a-z\d+.-]*:\/\/|[\w.-]+@|github\.com\/|target:|docker-image:)/i.test(context);
}
