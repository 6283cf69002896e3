import { join } from 'node:path';
import type { Environment } from '../../environment.ts';
import { configHome } from '../home.ts';

/** Directories with one subdirectory for each host, in order of precedence. `LAMINA_CERTS_D` replaces them all. */
export function certsDirectories(env: Environment): readonly string[] {
  const own = env.LAMINA_CERTS_D;
  if (own !== undefined && own !== '') return own.split(':').filter((path) => path !== '');
  const home = configHome(env);
  return ['containerd', 'docker', 'containers'].flatMap((tool) => [
    join(home, tool, 'certs.d'),
    `/etc/${tool}/certs.d`,
  ]);
}
