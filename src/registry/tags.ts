/** The tags of a repository. */
import { breach } from './answers.ts';
import { pages } from './pages.ts';
import { isObject } from './shape.ts';
import type { RemoteRepository } from './walk.ts';

const TAG = /^\w[\w.-]{0,127}$/;

/** In the registry's order. Drops invalid tags, which would otherwise be printed. */
export async function* tagsOf(
  { server, repository }: RemoteRepository,
  about: { readonly subject: string; readonly signal: AbortSignal | undefined },
): AsyncGenerator<string> {
  const call = {
    ...about,
    method: 'GET',
    at: '/tags/list?n=1000',
    repository,
    actions: 'pull',
  } as const;
  for await (const page of pages(server, call)) {
    const tags = isObject(page) ? (page.tags ?? []) : undefined;
    if (!Array.isArray(tags)) {
      throw breach({ host: server.host, subject: about.subject }, 'sent no list of tags');
    }
    yield* tags.filter((tag): tag is string => typeof tag === 'string' && TAG.test(tag));
  }
}
