import { Problem } from './problem.js';

/**
 * The media type of a Content-Type header, in lower case and without parameters; null where there is none.
 * @throws Problem `unsupported_media_type` for a charset other than UTF-8
 */
export function mediaType(header: string | undefined): string | null {
  if (header === undefined || header.trim() === '') return null;
  const [type = '', ...parameters] = header.split(';');
  for (const parameter of parameters) {
    const [name = '', value = ''] = parameter.split('=');
    if (name.trim().toLowerCase() !== 'charset') continue;
    const charset = value.trim().replaceAll('"', '').toLowerCase();
    if (charset !== 'utf-8' && charset !== 'utf8' && charset !== 'us-ascii') {
      throw new Problem('unsupported_media_type', `the charset ${charset} is not taken: send UTF-8`);
    }
  }
  return type.trim().toLowerCase();
}

/**
 * The one of `accepted` that the header names.
 * @throws Problem `unsupported_media_type` that lists what is taken, also as the Accept header (RFC 9110, 15.5.16)
 */
export function acceptedType<T extends string>(header: string | undefined, accepted: readonly T[]): T {
  const type = mediaType(header);
  const found = accepted.find((each) => each === type);
  if (found !== undefined) return found;
  const said = type === null ? 'there is no Content-Type' : `the Content-Type is ${type.slice(0, 100)}`;
  throw new Problem('unsupported_media_type', `${said}; this path takes ${accepted.join(', ')}`, {
    headers: { accept: accepted.join(', ') },
  });
}
