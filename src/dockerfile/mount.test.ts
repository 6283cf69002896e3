// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables are what is tested
import { describe, expect, test } from 'vitest';
import { appError, failure, one, tree } from '../../test/support/dockerfiles.ts';
import { expandWord } from './expand/expand-word.ts';
import { parseMount } from './mount.ts';

const ENV: Readonly<Record<string, string>> = { dir: '/d', comma: 'a,b', kind: 'cache' };

/** The mount of `RUN --mount=<text>`, with specified options only. */
function mountOf(text: string): object {
  const source = tree(`RUN --mount=${text} x`).source;
  const [flag] = one('run', `RUN --mount=${text} x`).mounts;
  if (flag === undefined) throw new Error('no mount');
  const lookup = (name: string) => (Object.hasOwn(ENV, name) ? ENV[name] : undefined);
  const { range: _, ...mount } = parseMount(flag, {
    source,
    expand: (word) => expandWord(word, { lookup, source }).text,
  });
  return Object.fromEntries(Object.entries(mount).filter(([, value]) => value !== undefined));
}

describe('a mount', () => {
  test.each([
    ['target=/x', { type: 'bind', readonly: true, target: '/x' }],
    [
      'type=bind,from=a,source=/s,dst=/x,rw',
      { type: 'bind', from: 'a', source: '/s', target: '/x', readonly: false },
    ],
    ['destination=/x,ro=false', { type: 'bind', target: '/x', readonly: false }],
    ['dst=/x,readwrite=0', { type: 'bind', target: '/x', readonly: true }],
    ['type=CACHE,Target=/x', { type: 'cache', target: '/x', readonly: false }],
    [
      'type=cache,target=/x,id=i,sharing=Locked,mode=0700,uid=1,gid=2,readonly',
      {
        type: 'cache',
        target: '/x',
        id: 'i',
        sharing: 'locked',
        mode: 0o700,
        uid: 1,
        gid: 2,
        readonly: true,
      },
    ],
    ['type=tmpfs,target=/x,size=64m', { type: 'tmpfs', target: '/x', size: 64 * 1024 ** 2 }],
    ['type=tmpfs,target=/x,size=1.5GiB', { type: 'tmpfs', target: '/x', size: 1.5 * 1024 ** 3 }],
    ['type=tmpfs,target=/x,size=100,ro', { type: 'tmpfs', target: '/x', size: 100 }],
    ['type=secret,id=s,required', { type: 'secret', id: 's', required: true }],
    [
      'type=secret,src=s,env=S,required=false',
      { type: 'secret', id: 's', env: 'S', required: false },
    ],
    ['type=secret,target=/s', { type: 'secret', target: '/s', required: false }],
    ['type=ssh', { type: 'ssh', required: false }],
    [
      'type=ssh,id=k,required=true,mode=0666',
      { type: 'ssh', id: 'k', required: true, mode: 0o666 },
    ],
    ['type=cache,target=$dir/x', { type: 'cache', target: '/d/x', readonly: false }],
    ['type=$kind,target=/x', { type: 'cache', target: '/x', readonly: false }],
    ['type=cache,target=/x,id=$comma', { type: 'cache', target: '/x', id: 'a,b', readonly: false }],
    ['\'type=cache,"target=/a,b"\'', { type: 'cache', target: '/a,b', readonly: false }],
    ['from=a$,target=/x', { type: 'bind', from: 'a$', target: '/x', readonly: true }],
  ])('%s', (text, expected) => {
    expect(mountOf(text)).toEqual(expected);
  });

  test.each([
    ['type=bnid', 'DOCKERFILE_INVALID_MOUNT', 'bnid'],
    ['type=cache,traget=/x', 'DOCKERFILE_INVALID_MOUNT', 'traget'],
    ['type=cache,target', 'DOCKERFILE_INVALID_MOUNT', 'target'],
    ['type=cache,target=/x,', 'DOCKERFILE_INVALID_MOUNT', ''],
    ['target=/x,mode=0755', 'DOCKERFILE_INVALID_MOUNT', 'mode=0755'],
    ['type=tmpfs,uid=1', 'DOCKERFILE_INVALID_MOUNT', 'uid=1'],
    ['type=bind,sharing=locked', 'DOCKERFILE_INVALID_MOUNT', 'sharing=locked'],
    ['type=cache,sharing=mine', 'DOCKERFILE_INVALID_MOUNT', 'mine'],
    ['type=cache,required', 'DOCKERFILE_INVALID_MOUNT', 'required'],
    ['required,type=secret', 'DOCKERFILE_INVALID_MOUNT', 'required'],
    ['type=cache,size=1m', 'DOCKERFILE_INVALID_MOUNT', 'size=1m'],
    ['type=tmpfs,size=big', 'DOCKERFILE_INVALID_MOUNT', 'big'],
    ['type=tmpfs,size=-1', 'DOCKERFILE_INVALID_MOUNT', '-1'],
    ['type=cache,mode=8', 'DOCKERFILE_INVALID_MOUNT', '8'],
    ['type=cache,uid=root', 'DOCKERFILE_INVALID_MOUNT', 'root'],
    ['type=cache,gid=4294967296', 'DOCKERFILE_INVALID_MOUNT', '4294967296'],
    ['type=bind,ro=maybe', 'DOCKERFILE_INVALID_MOUNT', 'maybe'],
    ['type=secret', 'DOCKERFILE_INVALID_MOUNT', 'type=secret'],
    ['type=secret,id=a,src=b', 'DOCKERFILE_INVALID_MOUNT', 'src=b'],
    ['type=secret,id=a,from=b', 'DOCKERFILE_INVALID_MOUNT', 'from=b'],
    ['type=bind,from=$dir', 'DOCKERFILE_VARIABLE_IN_FROM', '$dir'],
    ["'type=bind,\"target=/x'", 'DOCKERFILE_INVALID_FLAG_VALUE', "'type=bind,\"target=/x'"],
    ['type=cache,target=${dir', 'DOCKERFILE_UNTERMINATED_SUBSTITUTION', '${dir'],
  ])('%s: %s at %j', (text, code, underlined) => {
    expect(failure(() => mountOf(text))).toEqual({ code, underlined });
  });

  test('names the value and the option that does not take it', () => {
    expect(appError(() => mountOf('type=foo')).message).toBe('invalid value "foo" for type=');
    expect(appError(() => one('from', 'FROM a # b')).message).toBe(
      'FROM takes no comment on the same line',
    );
  });

  test('names the nearest option, type and order', () => {
    expect(appError(() => mountOf('tagret=/x')).hint).toBe('did you mean target?');
    expect(appError(() => mountOf('type=cahce')).hint).toBe('did you mean cache?');
    expect(appError(() => mountOf('required,type=secret,id=a')).hint).toBe(
      'write type=secret or type=ssh before required',
    );
  });
});
