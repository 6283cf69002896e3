/** Requests to the server that gives out tokens for a registry. */
import {
  type HttpClient,
  HttpFailure,
  type HttpRequest,
  type HttpResponse,
} from '../http/index.ts';
import type { Endpoint } from './endpoint.ts';
import { Transient } from './patience.ts';
import { tokensUnreachable } from './unreachable.ts';

/** @throws AppError, Transient; failures on the way are told as those of the registry */
export async function askTokenServer(
  request: HttpRequest,
  { client, endpoint }: { readonly client: HttpClient; readonly endpoint: Endpoint },
): Promise<HttpResponse> {
  const { ca, cert, key, skipVerify } = endpoint.tls;
  const isSame = request.url.hostname === new URL(endpoint.base).hostname;
  const tls = isSame
    ? { ca, cert, key, skipVerify }
    : { ca, cert: undefined, key: undefined, skipVerify: false };
  try {
    return await client.send({ ...request, tls });
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error;
    const told = tokensUnreachable(error, endpoint, request.url.host);
    if (error.kind === 'certificate') throw told;
    throw new Transient(told, { atOnce: error.onKeptConnection });
  }
}
