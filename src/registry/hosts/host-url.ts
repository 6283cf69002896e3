import { invalidConfig } from './toml.ts';

/**
 * Parses the URL of a server in a configuration file; without a scheme it is HTTPS.
 *
 * @param path of the configuration file, for messages
 * @throws AppError REGISTRY_CONFIG_INVALID, without the URL, which may hold a password
 */
export function parseHostUrl(text: string, path: string): URL {
  try {
    const url = new URL(text.includes('://') ? text : `https://${text}`);
    const isPlain = url.username === '' && url.password === '' && url.search === '';
    if (/^https?:$/.test(url.protocol) && url.hostname !== '' && isPlain) return url;
  } catch {
    // Reported below.
  }
  throw invalidConfig(path, 'a host must be an http:// or https:// URL without a login');
}
