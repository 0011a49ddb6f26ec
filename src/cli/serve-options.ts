import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import type { CertificateFiles } from '../http/certificate.js';
import type { Configuration } from '../main.js';
import { readArguments } from './command.js';
import { isLoopback } from './loopback.js';
import { type Given, LIMIT_OPTIONS, LIMITS_HELP, readLimits } from './serve-limits.js';
import { type Terminal, UsageError } from './terminal.js';

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

export const SERVE_HELP = `Starts the server: rules and events over REST, alerts as webhooks.

Usage: tocsin serve [OPTION]...

Options (each also in the environment, where an option on the command line wins):
      --listen ADDR               host:port; port 0 picks one (TOCSIN_LISTEN; default 127.0.0.1:8080)
      --data DIR                  where the embedded store keeps its data (TOCSIN_DATA; default ./data)
      --redis URL                 keep the data in Redis instead (TOCSIN_REDIS)
      --rules DIR                 register the statements of every .sql file in DIR at start (TOCSIN_RULES)
      --allow-destinations CIDR,...
                                  loopback and private addresses that webhooks may be sent to
                                  (TOCSIN_ALLOW_DESTINATIONS; default none)
      --keys-file FILE            let in only who has a key of FILE, which 'tocsin key' makes (TOCSIN_KEYS_FILE)
      --tls-cert FILE, --tls-key FILE
                                  speak TLS with this certificate and private key, PEM (TOCSIN_TLS_CERT, TOCSIN_TLS_KEY)
${LIMITS_HELP}  -h, --help                      this text

TOCSIN_LOG_LEVEL says how much is logged: ${LOG_LEVELS.join(', ')} (default info).
Without keys the server listens on loopback addresses only. One line with its 'url' is logged when it is ready.
The file of keys is read again when it changes; SIGHUP reads it, and the certificate, at once.
SIGTERM and SIGINT stop it: it takes nothing more, ends what is under way, and writes down where it is.

Exit codes: 0 stopped, 2 wrong usage, 3 failure.
`;

const OPTIONS = {
  listen: { type: 'string' },
  data: { type: 'string' },
  redis: { type: 'string' },
  rules: { type: 'string' },
  'allow-destinations': { type: 'string' },
  'keys-file': { type: 'string' },
  'tls-cert': { type: 'string' },
  'tls-key': { type: 'string' },
  ...LIMIT_OPTIONS,
} as const;

export interface ServeOptions {
  readonly configuration: Configuration;
  /** A folder of .sql files, or null. */
  readonly rules: string | null;
  readonly logLevel: string;
}

/** @throws UsageError naming the option, or the variable, that cannot be */
export function readServeOptions(args: readonly string[], env: Terminal['env']): ServeOptions {
  const { values, positionals } = readArguments(args, OPTIONS);
  if (positionals[0] !== undefined)
    throw new UsageError(`'${positionals[0]}' is not understood: serve takes options only`);
  const read = (name: keyof typeof OPTIONS): Given | null => {
    const given = values[name];
    if (given === '') throw new UsageError(`option '--${name}' needs a value`);
    if (given !== undefined) return { value: given, from: `--${name}` };
    const variable = `TOCSIN_${name.toUpperCase().replaceAll('-', '_')}`;
    const set = env[variable];
    return set === undefined || set === '' ? null : { value: set, from: variable };
  };
  const redis = read('redis');
  const data = read('data');
  const keysFile = read('keys-file')?.value ?? null;
  if (values.redis !== undefined && values.data !== undefined) {
    throw new UsageError('--redis keeps the data in Redis, so --data has nothing to say');
  }
  return {
    configuration: {
      ...readListen(read('listen') ?? { value: '127.0.0.1:8080', from: '--listen' }, keysFile !== null),
      store:
        redis === null
          ? { kind: 'disk', directory: data?.value ?? './data' }
          : { kind: 'redis', url: readRedis(redis) },
      allowDestinations: readRanges(read('allow-destinations')),
      keysFile,
      certificate: readCertificateFiles(read('tls-cert'), read('tls-key')),
      limits: readLimits(read, keysFile !== null),
    },
    rules: read('rules')?.value ?? null,
    logLevel: readLogLevel(env['TOCSIN_LOG_LEVEL'] ?? 'info'),
  };
}

function readLogLevel(level: string): string {
  if (LOG_LEVELS.includes(level)) return level;
  throw new UsageError(`TOCSIN_LOG_LEVEL ${level}: it is one of ${LOG_LEVELS.join(', ')}`);
}

/** Without keys loopback only: nothing else could keep others out. No host, with keys: every address of the machine. */
function readListen({ value, from }: Given, hasKeys: boolean): { host: string; port: number } {
  const match = /^(?:\[([^\]]+)\]|([^:]*)):(\d{1,5})$/.exec(value);
  const host = match?.[1] ?? match?.[2] ?? '';
  const port = Number(match?.[3]);
  if (match === null || port > 65_535) {
    throw new UsageError(
      `${from} ${value}: write it as host:port, for instance 127.0.0.1:8080 or [::1]:8080`,
    );
  }
  if (!hasKeys && !isLoopback(host)) {
    throw new UsageError(
      `${from} ${value}: without keys the server listens on loopback addresses only (127.0.0.1, [::1] or localhost); ` +
        "anybody who reaches another one could read alerts and change rules; 'tocsin key' makes a key, --keys-file names its file",
    );
  }
  return { host, port };
}

function readCertificateFiles(cert: Given | null, key: Given | null): CertificateFiles | null {
  if (cert === null && key === null) return null;
  if (cert !== null && key !== null) return { cert: cert.value, key: key.value };
  const [given, lacking] = cert === null ? [key, '--tls-cert'] : [cert, '--tls-key'];
  throw new UsageError(
    `${given?.from} needs ${lacking} as well: TLS takes a certificate and its private key`,
  );
}

function readRedis({ value, from }: Given): string {
  const protocol = URL.canParse(value) ? new URL(value).protocol : '';
  if (protocol === 'redis:' || protocol === 'rediss:' || protocol === 'unix:') return value;
  // The value itself may hold a password.
  throw new UsageError(`${from}: write it as redis://host:port, rediss://... or unix:///path`);
}

function readRanges(given: Given | null): string[] {
  if (given === null) return [];
  const ranges = given.value.split(',').map((range) => range.trim());
  for (const range of ranges) {
    if (!ipaddr.isValid(range) && !ipaddr.isValidCIDR(range)) {
      throw new UsageError(`${given.from}: '${range}' is neither an address nor a range such as 127.0.0.0/8`);
    }
  }
  return ranges.map((range) => (range.includes('/') ? range : `${range}/${isIP(range) === 6 ? 128 : 32}`));
}
