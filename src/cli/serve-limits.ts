import type { Limits } from '../main.js';
import { UsageError } from './terminal.js';

/** An option's value and where it came from: the option, or a variable of the environment. */
export interface Given {
  readonly value: string;
  readonly from: string;
}

export const LIMIT_OPTIONS = {
  'rate-limit': { type: 'string' },
  'max-connections': { type: 'string' },
  'max-streams': { type: 'string' },
  'max-rules': { type: 'string' },
  'max-destinations': { type: 'string' },
  'max-live-feeds': { type: 'string' },
  'live-stall': { type: 'string' },
  'max-backtests': { type: 'string' },
  'backtest-timeout': { type: 'string' },
  'max-log': { type: 'string' },
} as const;

type LimitOption = keyof typeof LIMIT_OPTIONS;

const DEFAULTS = {
  ...{ connections: 10_000, streams: 10_000, rules: 20_000, destinations: 1_000 },
  ...{ liveFeeds: 1_000, liveStall: 30, backtests: 2, backtestTimeout: 60 },
};
/** Requests a second where there are keys, and so strangers. */
const RATE = 200;
/** The longest time that an option gives, in seconds. */
const DAY = 86_400;

export const LIMITS_HELP = `\
      --rate-limit N              requests a second of one key, or of one address without a key, twice that at once;
                                  posts of events do not count; 0 is none (TOCSIN_RATE_LIMIT; default ${RATE} with keys, else none)
      --max-connections N         connections at a time (TOCSIN_MAX_CONNECTIONS; default ${DEFAULTS.connections})
      --max-streams N, --max-rules N, --max-destinations N
                                  how many there may be (TOCSIN_MAX_STREAMS, ...; default ${DEFAULTS.streams}, ${DEFAULTS.rules}, ${DEFAULTS.destinations})
      --max-live-feeds N          live feeds open at a time (TOCSIN_MAX_LIVE_FEEDS; default ${DEFAULTS.liveFeeds})
      --live-stall SECONDS        how long the reader of a live feed may take nothing before it is cut off
                                  (TOCSIN_LIVE_STALL; default ${DEFAULTS.liveStall})
      --max-backtests N           backtests at a time (TOCSIN_MAX_BACKTESTS; default ${DEFAULTS.backtests})
      --backtest-timeout SECONDS  how long a backtest may take: then it answers with what it has
                                  (TOCSIN_BACKTEST_TIMEOUT; default ${DEFAULTS.backtestTimeout})
      --max-log SIZE              what the log may take, such as 500MB or 20GB; its oldest part goes first, whatever the
                                  streams' retention (TOCSIN_MAX_LOG; default: as much as there is)
`;

/** @throws UsageError naming the option, or the variable, whose value is no whole number */
export function readLimits(read: (name: LimitOption) => Given | null, hasKeys: boolean): Limits {
  const number = (name: LimitOption, least: number, otherwise: number): number => {
    const given = read(name);
    if (given === null) return otherwise;
    const value = /^\d{1,9}$/.test(given.value) ? Number(given.value) : Number.NaN;
    if (value >= least) return value;
    throw new UsageError(`${given.from} ${given.value}: it is a whole number from ${least} on`);
  };
  const milliseconds = (name: LimitOption, otherwise: number): number => {
    const given = read(name);
    const seconds = number(name, 1, otherwise);
    if (seconds <= DAY) return 1_000 * seconds;
    throw new UsageError(`${given?.from} ${given?.value}: it is at most ${DAY}, a day`);
  };
  const rate = number('rate-limit', 0, hasKeys ? RATE : 0);
  return {
    rate: rate === 0 ? null : rate,
    connections: number('max-connections', 1, DEFAULTS.connections),
    streams: number('max-streams', 1, DEFAULTS.streams),
    rules: number('max-rules', 1, DEFAULTS.rules),
    destinations: number('max-destinations', 1, DEFAULTS.destinations),
    liveFeeds: number('max-live-feeds', 1, DEFAULTS.liveFeeds),
    liveStall: milliseconds('live-stall', DEFAULTS.liveStall),
    backtests: number('max-backtests', 1, DEFAULTS.backtests),
    backtestTimeout: milliseconds('backtest-timeout', DEFAULTS.backtestTimeout),
    log: readSize(read('max-log')),
  };
}

const UNITS: Readonly<Record<string, number>> = { '': 1, KB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 };
/** Less than a few reads of the log cannot be kept to. */
const SMALLEST = 10_000_000;

/** Bytes; null where nothing is given. */
function readSize(given: Given | null): number | null {
  if (given === null) return null;
  const [, digits = '', unit = ''] = /^(\d{1,12})\s?([KMGT]B|)$/i.exec(given.value) ?? [];
  const bytes = Number(digits) * (UNITS[unit.toUpperCase()] ?? Number.NaN);
  if (digits !== '' && bytes >= SMALLEST && Number.isSafeInteger(bytes)) return bytes;
  throw new UsageError(`${given.from} ${given.value}: write it as 500MB or 20GB; 10MB is the least`);
}
