/** The error of a machine that refuses namespaces. */
import { AppError } from '../../errors.ts';

/**
 * @param said standard error of a program that makes namespaces
 * @returns undefined if it failed for another reason
 */
export function refusedNamespaces(said: string): AppError | undefined {
  const why = /^(?:E: )?unshare\b.*(?:not permitted|denied|No space left)/m.exec(said)?.[0];
  if (why === undefined) return undefined;
  const isLimit = why.includes('No space left');
  return new AppError('RUNTIME_NO_NAMESPACES', 'this system does not allow new namespaces', {
    hint: isLimit
      ? 'raise the limits in /proc/sys/user, such as max_mnt_namespaces'
      : 'inside a container, start that container with --privileged; builds without RUN and distroless base images need no namespaces',
    details: { said },
  });
}
