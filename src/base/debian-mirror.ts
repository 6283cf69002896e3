/** Finds this machine's own Debian mirror among its apt sources, and what of a release to take from it. */
import { readFile } from 'node:fs/promises';
import { AppError } from '../errors.ts';
import type { AptSource } from './apt-sources.ts';
import { isDebianSuite, isRolling } from './base-name.ts';

/** One source of the image to be made. */
export interface DebianSource {
  readonly uri: string;
  readonly suites: readonly string[];
  /** Path of a keyring on this machine, or an armoured key; undefined: Debian's own keyring. */
  readonly signedBy: string | undefined;
}

export interface MirrorRequest {
  readonly suite: string;
  /** Undefined: the one in `sources`. */
  readonly mirror: string | undefined;
  readonly sources: readonly AptSource[];
}

/**
 * The main archive with its updates, and the security archive, as far as this machine uses them itself.
 * @throws AppError BASE_NO_MIRROR, BASE_MIRROR_INVALID
 */
export async function debianSources(request: MirrorRequest): Promise<DebianSource[]> {
  const { suite, mirror } = request;
  const own = await usableSources(request.sources);
  const main = own.find((source) => isDebianSuite(source.suite) && isArchive(source));
  const uri = mirror === undefined ? main?.uri : checkedMirror(mirror);
  if (uri === undefined) throw noMirror();
  if (isRolling(suite)) return [{ uri, suites: [suite], signedBy: keyOf(main, uri) }];
  const withUpdates =
    mirror !== undefined ||
    own.some((source) => source.uri === uri && /-updates$/.test(source.suite));
  const suites = withUpdates ? [suite, `${suite}-updates`] : [suite];
  const security = own.find(
    ({ suite: name }) =>
      name.endsWith('-security') && isDebianSuite(name.slice(0, -'-security'.length)),
  );
  const archive = { uri, suites, signedBy: keyOf(main, uri) };
  if (security === undefined) return [archive];
  const { uri: securityUri, signedBy } = security;
  return [archive, { uri: securityUri, suites: [`${suite}-security`], signedBy }];
}

function keyOf(main: AptSource | undefined, uri: string): string | undefined {
  return main?.uri === uri ? main.signedBy : undefined;
}

/** Sources with `main` packages whose address also means something inside an image. */
async function usableSources(sources: readonly AptSource[]): Promise<AptSource[]> {
  const usable: AptSource[] = [];
  for (const source of sources) {
    if (!source.components.includes('main')) continue;
    const uri = source.uri.startsWith('mirror') ? await firstOfList(source.uri) : source.uri;
    if (uri !== undefined && /^https?:\/\//.test(uri)) {
      usable.push({ ...source, uri: uri.replace(/\/+$/, '') });
    }
  }
  return usable;
}

/** Others use Debian's suite names too; Debian's archive lies under `/debian` or is signed by its keys. */
function isArchive({ uri, signedBy }: AptSource): boolean {
  return (
    /\/debian$/.test(uri) ||
    /^https?:\/\/[\w.-]*\bdebian\.org(\/|$)/.test(uri) ||
    (signedBy ?? '').includes('debian-archive')
  );
}

/** `mirror+file:/path` and `mirror:file:/path` name a file with a mirror a line. */
async function firstOfList(uri: string): Promise<string | undefined> {
  const [, path] = /^mirror[+:]file:(?:\/\/)?(\/.*)$/.exec(uri) ?? [];
  if (path === undefined) return undefined;
  const text = await readFile(path, 'utf8').catch(() => '');
  return /^\s*(https?:\/\/\S+)/m.exec(text)?.[1];
}

function checkedMirror(mirror: string): string {
  if (URL.canParse(mirror) && /^https?:\/\/[^\s'"\\]+$/.test(mirror))
    return mirror.replace(/\/+$/, '');
  throw new AppError('BASE_MIRROR_INVALID', `invalid mirror address: ${mirror}`, {
    expected: 'an address such as http://mirror.example/debian',
  });
}

function noMirror(): AppError {
  return new AppError(
    'BASE_NO_MIRROR',
    'this machine’s apt is not configured for a Debian mirror',
    {
      hint: 'set one: --mirror http://mirror.example/debian',
    },
  );
}
