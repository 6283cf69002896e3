/** What running processes requires of this machine, and the errors if it is missing. */
import { AppError } from '../../errors.ts';
import { isInUserNamespace, isRoot } from '../../system/index.ts';

/**
 * Checks the requirements before anything is prepared for a process.
 *
 * @throws AppError RUNTIME_NEEDS_ROOT, RUNTIME_USER_NAMESPACE
 */
export function requirePrivileges(): void {
  if (!isRoot()) {
    throw new AppError('RUNTIME_NEEDS_ROOT', 'running a process in an image needs root', {
      hint: 'run lamina with sudo; builds without RUN work without it',
    });
  }
  if (!isInUserNamespace()) return;
  throw new AppError(
    'RUNTIME_USER_NAMESPACE',
    'root of a user namespace cannot mount the layers of an image',
    { hint: 'run lamina outside the namespace, with sudo; builds without RUN work here' },
  );
}

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
