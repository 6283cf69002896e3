import { invalidConfig } from './toml.ts';

/**
 * The URL of a server as configurations have it; without a scheme it is HTTPS.
 *
 * @param path of the configuration, for messages
 * @throws AppError REGISTRY_CONFIG_INVALID; what is refused may hold a password, and is not shown
 */
export function parseHostUrl(text: string, path: string): URL {
  try {
    const url = new URL(text.includes('://') ? text : `https://${text}`);
    const isPlain = url.username === '' && url.password === '' && url.search === '';
    if (/^https?:$/.test(url.protocol) && url.hostname !== '' && isPlain) return url;
  } catch {
    // Told below.
  }
  throw invalidConfig(path, 'a host must be an http:// or https:// URL without a login');
}
