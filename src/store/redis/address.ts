import type { RedisOptions } from 'ioredis';

/** Where a Redis is. */
export interface Address {
  /** Host and port, or the socket's path: for messages. No user, no password. */
  readonly label: string;
  readonly options: Reach;
}

type Reach = Pick<RedisOptions, 'host' | 'port' | 'path' | 'db' | 'username' | 'password' | 'tls'>;

/**
 * Reads `redis://[user:password@]host[:port][/db]`, `rediss://` (TLS) or `unix:///path`.
 * Throws RangeError for anything else; the text itself is not repeated, it may hold a password.
 */
export function parseAddress(text: string): Address {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url?.protocol === 'unix:' && url.pathname !== '') {
    const path = decodeURIComponent(url.pathname);
    return { label: path, options: { path, ...credentials(url) } };
  }
  if (url === null || !/^rediss?:$/.test(url.protocol) || url.hostname === '') {
    throw new RangeError('the address of Redis is redis://host:port, rediss://host:port or unix:///path');
  }
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const port = url.port === '' ? 6379 : Number(url.port);
  const [, db = ''] = /^\/(\d*)$/.exec(url.pathname || '/') ?? [];
  if (url.pathname.length > 1 && db === '') {
    throw new RangeError('the path of the address of Redis is the number of a database, such as /0');
  }
  return {
    label: `${url.hostname}:${port}`,
    options: {
      ...{ host, port, db: Number(db), ...credentials(url) },
      ...(url.protocol === 'rediss:' ? { tls: { servername: host } } : {}),
    },
  };
}

function credentials({ username, password }: URL): Reach {
  return {
    ...(username === '' ? {} : { username: decodeURIComponent(username) }),
    ...(password === '' ? {} : { password: decodeURIComponent(password) }),
  };
}
