/** How this machine's apt reaches its mirrors: proxies, certificates, and how strict it is about dates. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Environment } from '../environment.ts';

export interface AptOption {
  readonly name: string;
  readonly value: string;
}

/** What helps to reach a mirror. It is used while the image is made, and does not stay in it. */
const TRANSPORT =
  /^Acquire::(https?::(Proxy(::.*)?|Proxy-Auto-Detect|CAInfo|CAPath|SslCert|SslKey|Verify-Peer|Verify-Host|Timeout|Pipeline-Depth)|Retries|ForceIPv[46])$/i;

/** A mirror frozen in time needs these inside the image as well. */
const FRESHNESS = /^Acquire::(Check-Valid-Until|Check-Date)$/i;

export interface HostAptContext {
  readonly env: Environment;
  readonly signal: AbortSignal | undefined;
}

/** @returns the options in question that are set here; none when there is no apt */
export async function hostAptOptions({ env, signal }: HostAptContext): Promise<AptOption[]> {
  try {
    const options = { env: { ...env }, ...(signal === undefined ? {} : { signal }) };
    const { stdout } = await promisify(execFile)('apt-config', ['dump'], options);
    return parseAptDump(stdout).filter(({ name }) => TRANSPORT.test(name) || FRESHNESS.test(name));
  } catch {
    return [];
  }
}

/** `Name::Of::Option "value";` lines; empty values and unnamed list members are left out. */
export function parseAptDump(text: string): AptOption[] {
  return text.split('\n').flatMap((line): AptOption[] => {
    const [, name, value] = /^(\S+) "(.*)";$/.exec(line) ?? [];
    if (name === undefined || value === undefined || value === '' || name.endsWith('::')) return [];
    return [{ name, value }];
  });
}

export function staysInImage({ name }: AptOption): boolean {
  return FRESHNESS.test(name);
}

/** As a line of an apt configuration file. */
export function aptLine({ name, value }: AptOption): string {
  return `${name} "${value}";`;
}
