/** Resolves images only if a policy allows them; what must be signed is pinned to the digest that was signed. */
import { type Admission, admit } from '../../admission/index.ts';
import type { ResolveImage } from '../../plan/index.ts';

/** @throws AppError POLICY_REFUSED beside what `resolve` throws */
export function policed(resolve: ResolveImage, admission: Admission): ResolveImage {
  const pins = new Map<string, Promise<string>>();
  return async (name, platform, options) => {
    const known = pins.get(name) ?? admit(name, admission);
    pins.set(name, known);
    const pin = await known;
    return { ...(await resolve(pin, platform, options)), name };
  };
}
