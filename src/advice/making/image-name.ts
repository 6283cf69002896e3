/** Names of images as FROM has them, with variables in them. */

export interface ImageParts {
  /** Undefined: the default registry. */
  readonly registry: string | undefined;
  /** With the registry. */
  readonly name: string;
  readonly tag: string | undefined;
  readonly digest: string | undefined;
}

/** Splits without validation: a part may be a variable. */
export function imageParts(text: string): ImageParts {
  const plain = text.replace(/^["']|["']$/g, '');
  const at = plain.indexOf('@');
  const rest = at < 0 ? plain : plain.slice(0, at);
  const colon = tagColon(rest);
  const name = colon < 0 ? rest : rest.slice(0, colon);
  const slash = name.indexOf('/');
  const first = slash < 0 ? '' : name.slice(0, slash);
  return {
    registry: /[.:]/.test(first) || first === 'localhost' ? first : undefined,
    name,
    tag: colon < 0 ? undefined : rest.slice(colon + 1),
    digest: at < 0 ? undefined : plain.slice(at + 1),
  };
}

/** The colon before the tag: the last one outside `${…}` that no slash follows. */
function tagColon(text: string): number {
  const masked = text.replace(/\$\{[^}]*\}/g, (variable) => '_'.repeat(variable.length));
  const colon = masked.lastIndexOf(':');
  return colon > masked.lastIndexOf('/') ? colon : -1;
}
