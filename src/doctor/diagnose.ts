import type { DiagnoseOptions, Diagnosis } from '../api/index.ts';
import type { LaminaContext } from '../lamina-context.ts';
import { gatherFacts } from './gather.ts';
import { judge } from './judge.ts';

/** See `Lamina.diagnose`. */
export async function diagnose(
  context: LaminaContext,
  { registries = ['docker.io'], signal }: DiagnoseOptions,
): Promise<Diagnosis> {
  const hosts = [...new Set(registries.map(hostOf))];
  return judge(await gatherFacts(context, { registries: hosts, signal }));
}

/** Users give a host, a URL, or the name of an image in it. */
function hostOf(registry: string): string {
  const bare = registry.replace(/^https?:\/\//, '').replace(/\/.*$/s, '');
  return /^(?:index\.|registry-1\.)?docker\.io$/.test(bare) ? 'docker.io' : bare;
}
