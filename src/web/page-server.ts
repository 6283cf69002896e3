/**
 * Serves the page to browsers of this machine. Whoever opens it must know the token of the URL: other users of the machine
 * and other pages in the browser do not. The Host header is checked, so no foreign name can be pointed at this server.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { PageAssets } from './page-assets.ts';

export interface PageAnswers {
  /** All that the page shows at first, as JSON. */
  readonly data: string;
  /** @returns JSON, or undefined where there is no such file */
  readonly preview: (query: URLSearchParams) => Promise<string | undefined>;
  /** @returns JSON, or undefined where there is no such directory */
  readonly directory: (query: URLSearchParams) => string | undefined;
}

export interface ServePageOptions {
  readonly assets: PageAssets;
  readonly answers: PageAnswers;
  /** Called with the URL once it can be opened. */
  readonly onListening: (url: string) => void;
  readonly signal: AbortSignal | undefined;
}

const HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

const SHELL = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>lamina explore</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/page.css">
</head>
<body>
<div id="app"></div>
<noscript>This page draws an image by a script. Allow it, or run “lamina report”.</noscript>
<script src="/page.js" defer></script>
</body>
</html>
`;

/** Serves on a free port until the signal aborts, which ends it without an error. */
export async function servePage(options: ServePageOptions): Promise<void> {
  const { signal, onListening } = options;
  const token = randomBytes(32).toString('base64url');
  const server = createServer();
  const port = await listen(server);
  try {
    const answer = answering({ ...options, token, port });
    server.on('request', (request, response) => {
      answer(request, response).catch((error: unknown) => {
        const text = error instanceof Error ? error.message : String(error);
        send(response, 500, 'text/plain', `${text}\n`);
      });
    });
    onListening(`http://127.0.0.1:${port}/?token=${token}`);
    await aborted(signal);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

/** @returns the port */
function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
}

function aborted(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) resolve();
    signal?.addEventListener('abort', () => resolve(), { once: true });
  });
}

interface Serving extends ServePageOptions {
  readonly token: string;
  readonly port: number;
}

function answering({ assets, answers, token, port }: Serving) {
  const hosts = new Set([`127.0.0.1:${port}`, `localhost:${port}`]);
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (!hosts.has(request.headers.host ?? '')) {
      return send(response, 421, 'text/plain', 'This server answers to 127.0.0.1 only.\n');
    }
    if (request.method !== 'GET') {
      response.setHeader('allow', 'GET');
      return send(response, 405, 'text/plain', 'Only GET is answered.\n');
    }
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    // They are the same for everyone, and in the package.
    if (url.pathname === '/page.js') return send(response, 200, 'text/javascript', assets.script);
    if (url.pathname === '/page.css') return send(response, 200, 'text/css', assets.style);
    const given = url.pathname === '/' ? url.searchParams.get('token') : bearer(request);
    if (!isSame(given, token)) {
      const text = 'The token is missing or wrong. Open the URL that lamina printed.\n';
      return send(response, 403, 'text/plain', text);
    }
    if (url.pathname === '/') return send(response, 200, 'text/html', SHELL);
    if (url.pathname === '/data') return send(response, 200, 'application/json', answers.data);
    const found = await partOf(answers, url);
    if (found !== undefined) return send(response, 200, 'application/json', found);
    send(response, 404, 'text/plain', 'There is nothing here.\n');
  };
}

async function partOf(answers: PageAnswers, { pathname, searchParams }: URL) {
  if (pathname === '/file') return answers.preview(searchParams);
  return pathname === '/directory' ? answers.directory(searchParams) : undefined;
}

/** A header of its own: a browser adds it to no request that another page made. */
function bearer({ headers }: IncomingMessage): string | undefined {
  return /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1];
}

/** Takes as long for any wrong token. */
function isSame(given: string | null | undefined, token: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given ?? ''), digest(token));
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { ...HEADERS, 'content-type': `${type}; charset=utf-8` });
  response.end(body);
}
