/** Looks for secrets in files while layers go by, also in those that a later layer hides. */
import type { BytePath, ContentDigest } from '../../files/index.ts';
import type { InspectContent } from '../../layers/index.ts';
import { type SecretBytes, SecretSearch } from './own-secrets.ts';
import { isSecretFile, type SecretKind } from './secret-patterns.ts';
import { TextSearch } from './text-search.ts';

/** Of packages, whose tests and documentation are full of keys that open nothing. */
const PACKAGED =
  /^(?:usr\/(?!src\/(?!linux)|local\/(?:s?bin|app|etc|src|share\/app)\/)|bin\/|sbin\/|lib(?:32|64)?\/|var\/lib\/(?:dpkg|apt|rpm)\/|etc\/(?:ssl|pki)\/(?!(?:[^/]+\/)?private\/|[^/]+\.key$)|etc\/alternatives\/|opt\/java\/|go\/pkg\/mod\/)|(?:^|\/)(?:node_modules|site-packages|dist-packages|gems|testdata|\.m2|\.cargo)\//;

export class SecretContents {
  /** What is in a content, by its digest. */
  readonly found = new Map<ContentDigest, readonly SecretKind[]>();
  /** Secrets of the build, in all their forms. */
  readonly own: readonly SecretBytes[];

  constructor(own: readonly SecretBytes[] = []) {
    this.own = own;
  }

  readonly inspect: InspectContent = ({ path, size }) => {
    const text = mayHoldSecrets(path) ? new TextSearch(path, size) : undefined;
    const own = this.own.length > 0 ? new SecretSearch(this.own, size) : undefined;
    if (size === 0 || (text === undefined && own === undefined)) return undefined;
    return {
      add: (bytes) => {
        text?.add(bytes);
        own?.add(bytes);
      },
      isDone: () => own === undefined && text?.isDone === true,
      end: (digest) => {
        const kinds: SecretKind[] = own?.finish() === true ? ['build-secret'] : [];
        kinds.push(...(text?.finish() ?? []));
        if (kinds.length > 0) this.found.set(digest, kinds);
      },
    };
  };
}

export function mayHoldSecrets(path: BytePath): boolean {
  return isSecretFile(path) || !PACKAGED.test(path);
}
