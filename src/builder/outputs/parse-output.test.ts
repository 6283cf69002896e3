import { describe, expect, it } from 'vitest';
import type { BuildOptions, OutputSpec } from '../../api/index.ts';
import { AppError, type Warning } from '../../errors.ts';
import { parseOutputs } from './parse-output.ts';

/** As on the command line. */
function spec(text: string): OutputSpec {
  const pairs = text.split(',').map((field): [string, string] => {
    const [key = '', ...value] = field.split('=');
    return [key, value.join('=')];
  });
  const { type = 'image', dest, name, ...attrs } = Object.fromEntries(pairs);
  const known = type as OutputSpec['type'];
  return { type: known, attrs, text, ...(dest && { dest }), ...(name && { name }) };
}

function parse(text: string | readonly string[], more: Partial<BuildOptions> = {}) {
  const texts = typeof text === 'string' ? [text] : text;
  return parseOutputs({
    context: '.',
    platforms: ['linux/amd64'],
    outputs: texts.map(spec),
    ...more,
  });
}

function failure(text: string | readonly string[], more: Partial<BuildOptions> = {}): AppError {
  try {
    parse(text, more);
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

/** The text that an error or warning underlines. */
function underlined({ location }: Warning | AppError): string | undefined {
  return location?.text.slice(location.range.start.offset, location.range.end.offset);
}

const PLAIN = { encoding: { compression: 'gzip', level: undefined, force: false }, ociTypes: true };

describe('parseOutputs', () => {
  it('is the image store when nothing was said', () => {
    const { outputs, warnings } = parseOutputs({ context: '.', tags: ['a', 'b:1', 'a'] });
    expect(outputs).toMatchObject([{ kind: 'image', store: true, push: undefined, form: PLAIN }]);
    expect(outputs).toMatchObject([{ names: ['docker.io/library/a', 'docker.io/library/b:1'] }]);
    expect(warnings).toEqual([]);
  });

  it.each([
    ['type=registry,name=r.io/a', { kind: 'image', push: { byDigest: false, insecure: false } }],
    ['type=image,push,name=r.io/a', { push: { byDigest: false, insecure: false } }],
    ['type=registry,push=false,name=a', { push: undefined }],
    ['type=image,push=1,name=a,store=false', { store: false }],
    [
      'type=image,name=a/b,push=true,push-by-digest=true,registry.insecure=T',
      { push: { byDigest: true, insecure: true }, store: false },
    ],
    [
      'type=oci,dest=x,compression=zstd,compression-level=22,force-compression',
      {
        kind: 'archive',
        form: { ...PLAIN, encoding: { compression: 'zstd', level: 22, force: true } },
      },
    ],
    ['type=docker,dest=x,oci-mediatypes=false', { format: 'docker', form: { ociTypes: false } }],
    ['type=docker', { kind: 'load', context: undefined }],
    ['type=docker,context=remote', { kind: 'load', context: 'remote' }],
    ['type=oci,dest=d,tar=false,name=*', { tar: false, names: [] }],
    ['type=local,dest=d,mode=delete,platform-split=true', { mode: 'delete', split: true }],
    ['type=tar,dest=-', { kind: 'tar', dest: '-', split: undefined }],
    [
      'type=oci,dest=x,source-date-epoch=5,rewrite-timestamp=false',
      {
        times: { epoch: 5, rewrite: false },
      },
    ],
    ['type=oci,dest=x,source-date-epoch=', { times: { epoch: undefined, rewrite: false } }],
    ['type=image,unpack=true,attestation-inline=x', { kind: 'image' }],
    ['type=cacheonly', { kind: 'nothing' }],
  ])('reads %s', (text, expected) => {
    const { outputs, warnings } = parse(text);
    expect(outputs).toMatchObject([expected]);
    expect(warnings).toEqual([]);
  });

  it.each([
    ['type=oci,dest=x,compression=bzip2', 'compression=bzip2', 'gzip, zstd, estargz, uncompressed'],
    ['type=oci,dest=x,compression=gzip,compression-level=10', 'compression-level=10', '0 to 9'],
    ['type=oci,dest=x,compression=zstd,compression-level=23', 'compression-level=23', '0 to 22'],
    ['type=oci,dest=x,compression-level=-1', 'compression-level=-1', '0 to 9'],
    ['type=oci,dest=x,oci-mediatypes=maybe', 'oci-mediatypes=maybe', 'oci-mediatypes=true'],
    ['type=oci,dest=x,source-date-epoch=now', 'source-date-epoch=now', 'whole number'],
    ['type=local,dest=x,mode=move', 'mode=move', 'copy, delete'],
  ])('underlines what is wrong with %s', (text, faulty, expected) => {
    const error = failure(text);
    expect(error.code).toBe('BUILD_OUTPUT_ATTRIBUTE');
    expect(underlined(error)).toBe(faulty);
    expect(error.expected).toContain(expected);
  });

  it('proposes the compression that was meant', () => {
    expect(failure('type=oci,dest=x,compression=zst').hint).toBe('did you mean compression=zstd?');
  });

  it.each([
    ['type=oci,dest=x,compresion=zstd', 'compresion=zstd', 'did you mean compression?'],
    ['type=oci,dest=x,push=true', 'push=true', undefined],
    ['type=tar,dest=x,compression=zstd', 'compression=zstd', undefined],
  ])('warns of what means nothing in %s', (text, faulty, hint) => {
    const { warnings } = parse(text);
    expect(warnings).toMatchObject([{ code: 'BUILD_OUTPUT_IGNORED', hint }]);
    expect(warnings.map((warning) => underlined(warning))).toEqual([faulty]);
  });

  it.each([
    ['type=oci', 'BUILD_OUTPUT'],
    ['type=local', 'BUILD_OUTPUT'],
    ['type=local,dest=-', 'BUILD_OUTPUT'],
    ['type=oci,dest=-,tar=false', 'BUILD_OUTPUT'],
    ['type=registry', 'BUILD_PUSH_NAME'],
    ['type=registry,name=a:1,push-by-digest=true', 'BUILD_PUSH_NAME'],
    ['type=image,name=UPPER', 'REFERENCE_INVALID'],
    ['type=oci,dest=x,compression=estargz,oci-mediatypes=false', 'BUILD_OUTPUT_ATTRIBUTE'],
  ])('refuses %s', (text, code) => {
    expect(failure(text).code).toBe(code);
  });

  it('refuses two outputs of one destination, but not two images in one layout', () => {
    expect(failure(['type=oci,dest=x', 'type=tar,dest=x']).message).toBe('two outputs write to x');
    expect(failure(['type=oci,dest=-', 'type=tar,dest=-']).message).toContain('standard output');
    const layout = ['type=oci,dest=x,tar=false,name=a', 'type=oci,dest=x,tar=false,name=b'];
    expect(parse(layout).outputs).toHaveLength(2);
  });
});

describe('annotations', () => {
  const annotated = (
    text: string,
    annotations: readonly string[] = [],
    platforms = ['linux/amd64'],
  ) =>
    parse(text, { annotations, platforms }).outputs.flatMap((output) =>
      'form' in output ? output.form.annotations : [],
    );

  it('are read from attributes, their keys as written', () => {
    expect(
      annotated(
        'type=oci,dest=x,annotation.a.B=c=d,annotation-manifest-descriptor[linux/arm64].e=',
      ),
    ).toEqual([
      { level: 'manifest', platform: undefined, key: 'a.B', value: 'c=d' },
      {
        level: 'manifest-descriptor',
        platform: { os: 'linux', architecture: 'arm64' },
        key: 'e',
        value: '',
      },
    ]);
  });

  it('are read from values of --annotation', () => {
    const two = ['linux/amd64', 'linux/arm64'];
    const found = annotated('type=oci,dest=x', ['k=v:w', 'index,manifest[linux/arm/v7]:a=b'], two);
    expect(found.map(({ level, key, value }) => [level, key, value])).toEqual([
      ['manifest', 'k', 'v:w'],
      ['index', 'a', 'b'],
      ['manifest', 'a', 'b'],
    ]);
    expect(found[2]?.platform).toEqual({ os: 'linux', architecture: 'arm', variant: 'v7' });
  });

  it.each([
    ['type=oci,dest=x,annotation-manifst.a=b', [], 'did you mean manifest?'],
    ['type=oci,dest=x', ['novalue'], 'types are manifest'],
    ['type=oci,dest=x', ['=v'], 'types are manifest'],
    ['type=oci,dest=x', ['indx:a=b'], 'did you mean index?'],
    ['type=oci,dest=x', ['index:a=b'], 'an image for one platform has only a manifest'],
    ['type=oci,dest=x,oci-mediatypes=false', ['manifest-descriptor:a=b'], 'oci-mediatypes=false'],
  ])('are refused: %s %s', (text, annotations, hint) => {
    const error = failure(text, { annotations });
    expect(error.code).toBe('BUILD_ANNOTATION');
    expect(error.hint).toContain(hint);
  });

  it('do not reach outputs that have no manifest', () => {
    expect(annotated('type=tar,dest=x', ['a=b'])).toEqual([]);
  });
});
