/** Requests to the token server of a registry. */
import {
  type HttpClient,
  HttpFailure,
  type HttpRequest,
  type HttpResponse,
} from '../http/index.ts';
import { breach, type RequestContext } from './answers.ts';
import type { Endpoint } from './endpoint.ts';
import { isRedirect, locationOf, MAX_REDIRECTS } from './location.ts';
import { TransientError } from './retry-policy.ts';
import { tokensUnreachable } from './unreachable.ts';

type To = { readonly client: HttpClient; readonly endpoint: Endpoint };
type About = Pick<RequestContext, 'host' | 'subject'>;

/**
 * Requests a token and follows redirects. The password and the refresh token (in the body) go only to the server that
 * the registry named, never to the target of a redirect.
 *
 * @param context the registry and the request, for messages
 * @throws AppError, TransientError; network failures are reported as failures of the registry
 */
export async function askTokenServer(
  first: HttpRequest,
  context: About,
  to: To,
): Promise<HttpResponse> {
  let request = first;
  for (let count = 0; ; count++) {
    const response = await send(request, to);
    if (!isRedirect(response)) return response;
    await response.discard();
    if (count === MAX_REDIRECTS) {
      const { host } = first.url;
      throw breach(
        context,
        `uses the token server ${host}, which redirects more than ${MAX_REDIRECTS} times,`,
      );
    }
    request = redirected(request, response, { ...context, origin: first.url.origin });
  }
}

function redirected(
  request: HttpRequest,
  response: HttpResponse,
  { origin, ...context }: About & { readonly origin: string },
): HttpRequest {
  const url = locationOf(response, request.url, context);
  const isSame = url.origin === origin;
  if (request.method === 'POST' && (response.status === 307 || response.status === 308)) {
    if (isSame) return { ...request, url };
    throw breach(
      context,
      `uses the token server ${request.url.host}, which asks for the login to be sent to ${url.host},`,
    );
  }
  const { method: _, headers: { authorization, ...rest } = {}, body: _body, ...others } = request;
  const { 'content-type': _type, ...headers } = rest;
  const login = isSame && authorization !== undefined ? { authorization } : {};
  return { ...others, method: 'GET', url, headers: { ...headers, ...login } };
}

async function send(request: HttpRequest, { client, endpoint }: To): Promise<HttpResponse> {
  const { ca, cert, key, skipVerify } = endpoint.tls;
  const isSame = request.url.hostname === new URL(endpoint.base).hostname;
  const tls = isSame
    ? { ca, cert, key, skipVerify }
    : { ca, cert: undefined, key: undefined, skipVerify: false };
  try {
    return await client.send({ ...request, tls });
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error;
    const failure = tokensUnreachable(error, endpoint, request.url.host);
    if (error.kind === 'certificate') throw failure;
    throw new TransientError(failure, { atOnce: error.onKeptConnection });
  }
}
