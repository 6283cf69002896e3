/** Addresses of BuildKit daemons, as buildctl and buildx write them. */
import { AppError } from '../../errors.ts';

export type DaemonAddress =
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  /** `buildctl dial-stdio` on another machine. */
  | {
      readonly kind: 'ssh';
      readonly host: string;
      readonly port: string | undefined;
      readonly socket: string | undefined;
    }
  /** The BuildKit inside a running Docker; undefined: the one of DOCKER_HOST or the default socket. */
  | { readonly kind: 'docker'; readonly host: string | undefined }
  | { readonly kind: 'container'; readonly name: string; readonly context: string | undefined }
  | {
      readonly kind: 'pod';
      readonly name: string;
      readonly namespace: string | undefined;
      readonly context: string | undefined;
      readonly container: string | undefined;
    };

const EXPECTED =
  'unix://PATH, tcp://HOST:PORT, ssh://[USER@]HOST, docker://, docker-container://NAME or kube-pod://NAME';
/** The port of tcp:// without one. */
const PORT = 1234;

/** @throws AppError BUILDER_ADDRESS */
export function parseAddress(text: string): DaemonAddress {
  const url = parsed(text);
  const name = url?.hostname ?? '';
  switch (url?.protocol) {
    case 'unix:': {
      const path = text.slice('unix://'.length);
      if (path.startsWith('/')) return { kind: 'unix', path };
      throw invalid(text, 'the path of a socket is absolute: unix:///run/buildkit/buildkitd.sock');
    }
    case 'tcp:': {
      if (name === '') throw invalid(text);
      const host = name.replace(/^\[|\]$/g, '');
      return { kind: 'tcp', host, port: url.port === '' ? PORT : Number(url.port) };
    }
    case 'ssh:': {
      if (name === '' || name.startsWith('-') || url.username.startsWith('-')) throw invalid(text);
      const host = url.username === '' ? name : `${decodeURIComponent(url.username)}@${name}`;
      const socket = url.pathname.length > 1 ? url.pathname : undefined;
      return { kind: 'ssh', host, port: url.port === '' ? undefined : url.port, socket };
    }
    case 'docker:': {
      const host = text.slice('docker://'.length);
      return { kind: 'docker', host: host === '' ? undefined : dockerHost(host) };
    }
    case 'docker-container:': {
      if (!isName(name)) throw invalid(text);
      return { kind: 'container', name, context: url.searchParams.get('context') ?? undefined };
    }
    case 'kube-pod:': {
      if (!isName(name)) throw invalid(text);
      const option = (key: string) => url.searchParams.get(key) ?? undefined;
      return {
        ...{ kind: 'pod', name, namespace: option('namespace') },
        ...{ context: option('context'), container: option('container') },
      };
    }
    default:
      throw invalid(text);
  }
}

/** `docker:///run/docker.sock` is a socket, `docker://HOST:PORT` a machine. */
function dockerHost(host: string): string {
  if (/^[a-z]+:\/\//.test(host)) return host;
  return host.startsWith('/') ? `unix://${host}` : `tcp://${host}`;
}

/** A name reaches a command line. */
function isName(name: string): boolean {
  return /^[a-z0-9][a-z0-9_.-]*$/i.test(name);
}

function parsed(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}

function invalid(text: string, hint?: string): AppError {
  return new AppError('BUILDER_ADDRESS', `'${text}' is not the address of a BuildKit daemon`, {
    expected: EXPECTED,
    hint,
  });
}
