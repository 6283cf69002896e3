/** Logins for registries: the daemon asks when a registry does. */
import { answering, type Handler } from '../../grpc/index.ts';
import { credentials } from '../wire/session.ts';

export interface RegistryLogin {
  readonly username: string;
  /** A password, or an identity token if there is no user name. */
  readonly secret: string;
}

/** @param loginFor undefined: this machine has no login for the registry, which is then used without one */
export function loginsHandler(
  loginFor: (host: string) => Promise<RegistryLogin | undefined>,
): Handler {
  return answering(credentials, async ({ host }) => (await loginFor(host)) ?? {});
}
