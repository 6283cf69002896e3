/** EXPOSE: `port`, `first-last`, either with `/protocol`; an address or host port before it is ignored. */
import { AppError } from '../errors.ts';

const PROTOCOLS = ['tcp', 'udp', 'sctp'];
const MOST = 65_535;

/**
 * The ports of a word, as image configs name them: `80/tcp`.
 *
 * @throws AppError PLAN_INVALID_PORT
 */
export function parsePorts(word: string): readonly string[] {
  const [ports = '', protocol = 'tcp', ...rest] = word.split('/');
  const kind = (protocol === '' ? 'tcp' : protocol).toLowerCase();
  const range = ports.slice(ports.lastIndexOf(':') + 1);
  const bounds = /^(\d+)(?:-(\d+))?$/.exec(range);
  if (bounds === null || rest.length > 0 || !PROTOCOLS.includes(kind)) throw invalidPort(word);
  const first = Number(bounds[1]);
  const last = Number(bounds[2] ?? bounds[1]);
  if (first > last || last > MOST) throw invalidPort(word);
  return Array.from({ length: last - first + 1 }, (_, offset) => `${first + offset}/${kind}`);
}

function invalidPort(word: string): AppError {
  return new AppError('PLAN_INVALID_PORT', `'${word}' is not a valid port`, {
    expected: `a number up to ${MOST} or a range, optionally with /tcp, /udp or /sctp`,
    hint: 'for example EXPOSE 8080/tcp or EXPOSE 8000-8010',
  });
}
