import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readServeOptions } from '../../src/cli/serve-options.js';
import { UsageError } from '../../src/cli/terminal.js';
import { defaultSettings } from '../../src/runtime/settings.js';

test('defaults: loopback, the embedded store, nothing private is posted to', () => {
  assert.deepEqual(readServeOptions([], {}), {
    configuration: {
      host: '127.0.0.1',
      port: 8080,
      store: { kind: 'disk', directory: './data' },
      allowDestinations: [],
      certificate: null,
      keysFile: null,
      limits: {
        ...{ rate: null, connections: 10_000, streams: 10_000, rules: 20_000, destinations: 1_000 },
        ...{ liveFeeds: 1_000, liveStall: 30_000, backtests: 2, backtestTimeout: 60_000 },
        log: null,
      },
    },
    rules: null,
    logLevel: 'info',
  });
});

test('every option is in the environment too, and the command line wins', () => {
  const env = {
    TOCSIN_LISTEN: '[::1]:9',
    TOCSIN_DATA: '/d',
    TOCSIN_REDIS: 'redis://localhost:6379',
    TOCSIN_RULES: '/r',
    TOCSIN_ALLOW_DESTINATIONS: '127.0.0.0/8, ::1',
    TOCSIN_LOG_LEVEL: 'warn',
  };
  const { configuration, rules, logLevel } = readServeOptions([], env);
  assert.deepEqual([configuration.host, configuration.port, rules, logLevel], ['::1', 9, '/r', 'warn']);
  assert.deepEqual(configuration.store, { kind: 'redis', url: 'redis://localhost:6379' });
  assert.deepEqual(configuration.allowDestinations, ['127.0.0.0/8', '::1/128']);
  const over = readServeOptions(['--listen', 'localhost:0', '--rules=x'], env);
  assert.deepEqual([over.configuration.host, over.configuration.port, over.rules], ['localhost', 0, 'x']);
});

test('with a file of keys any address is listened on, and strangers are counted', () => {
  const { configuration } = readServeOptions(['--listen', '0.0.0.0:80'], { TOCSIN_KEYS_FILE: '/k' });
  assert.deepEqual([configuration.host, configuration.keysFile], ['0.0.0.0', '/k']);
  assert.equal(configuration.limits.rate, 200);
  assert.equal(readServeOptions(['--listen', ':80', '--keys-file', '/k'], {}).configuration.host, '');
});

test('certificate and limits, from either place', () => {
  const env = {
    ...{ TOCSIN_TLS_CERT: '/c', TOCSIN_TLS_KEY: '/k', TOCSIN_RATE_LIMIT: '7', TOCSIN_MAX_CONNECTIONS: '8' },
    ...{ TOCSIN_MAX_STREAMS: '9', TOCSIN_MAX_RULES: '10', TOCSIN_MAX_DESTINATIONS: '11' },
    ...{ TOCSIN_MAX_LIVE_FEEDS: '12', TOCSIN_LIVE_STALL: '13' },
    ...{ TOCSIN_MAX_BACKTESTS: '14', TOCSIN_BACKTEST_TIMEOUT: '15' },
    TOCSIN_MAX_LOG: '20GB',
  };
  const { configuration } = readServeOptions([], env);
  assert.deepEqual(configuration.certificate, { cert: '/c', key: '/k' });
  assert.deepEqual(configuration.limits, {
    ...{ rate: 7, connections: 8, streams: 9, rules: 10, destinations: 11 },
    ...{ liveFeeds: 12, liveStall: 13_000, backtests: 14, backtestTimeout: 15_000 },
    log: 20e9,
  });
  const over = readServeOptions(['--tls-key', '/l', '--rate-limit', '0', '--max-rules=1'], env).configuration;
  assert.deepEqual([over.certificate?.key, over.limits.rate, over.limits.rules], ['/l', null, 1]);
});

test('the defaults of the limits are those of the runtime', () => {
  const { limits } = readServeOptions([], {}).configuration;
  const { maxStreams, maxRules, maxDestinations, ...settings } = defaultSettings();
  assert.deepEqual(
    [limits.streams, limits.rules, limits.destinations],
    [maxStreams, maxRules, maxDestinations],
  );
  const { liveFeeds, liveStall, backtests, backtestTimeout } = settings;
  assert.deepEqual(
    [limits.liveFeeds, limits.liveStall, limits.backtests, limits.backtestTimeout],
    [liveFeeds, liveStall, backtests, backtestTimeout],
  );
});

test('a size is a number with its unit', () => {
  const log = (size: string) => readServeOptions(['--max-log', size], {}).configuration.limits.log;
  assert.deepEqual(['10000000', '500MB', '2 tb'].map(log), [10e6, 500e6, 2e12]);
  for (const wrong of ['1MB', '10', 'GB', '1.5GB', '10 GiB', '99999999999TB']) {
    assert.throws(() => log(wrong), /--max-log .*: write it as 500MB or 20GB; 10MB is the least/);
  }
});

test('what cannot be is refused with the option or variable that said it', () => {
  const refused = (args: string[], env: Record<string, string>, expected: RegExp): void => {
    assert.throws(
      () => readServeOptions(args, env),
      (error) => error instanceof UsageError && expected.test(error.message),
      `${args} ${JSON.stringify(env)}`,
    );
  };
  refused(['--listen', '0.0.0.0:80'], {}, /--listen 0\.0\.0\.0:80: without keys .* loopback/);
  for (const off of ['[::]:80', ':80', '192.168.0.1:80', 'example.com:80', '[::ffff:10.0.0.1]:80'])
    refused(['--listen', off], {}, /loopback/);
  refused([], { TOCSIN_LISTEN: '8080' }, /TOCSIN_LISTEN 8080: write it as host:port/);
  refused(['--listen', '127.0.0.1:99999'], {}, /host:port/);
  refused(['--data', ''], {}, /--data.* needs a value/);
  refused(['--redis', 'redis://h', '--data', 'd'], {}, /--redis .* --data/);
  refused(['--allow-destinations', '10.0.0.0/33'], {}, /'10\.0\.0\.0\/33' is neither/);
  refused(['here'], {}, /'here'/);
  refused(['--listne', 'x'], {}, /did you mean '--listen'/);
  refused(['--tls-cert', 'c.pem'], {}, /--tls-cert needs --tls-key/);
  refused([], { TOCSIN_TLS_KEY: 'k.pem' }, /TOCSIN_TLS_KEY needs --tls-cert/);
  refused(['--max-rules', '0'], {}, /--max-rules 0: it is a whole number from 1 on/);
  refused([], { TOCSIN_RATE_LIMIT: '-1' }, /TOCSIN_RATE_LIMIT -1: it is a whole number from 0 on/);
  refused(['--live-stall', '0'], {}, /--live-stall 0: it is a whole number from 1 on/);
  refused([], { TOCSIN_BACKTEST_TIMEOUT: '1.5' }, /TOCSIN_BACKTEST_TIMEOUT 1\.5: it is a whole number/);
  refused(['--live-stall', '86401'], {}, /--live-stall 86401: it is at most 86400, a day/);
  refused(['--max-rules', 'many'], {}, /--max-rules many: it is a whole number/);
  refused([], { TOCSIN_LOG_LEVEL: 'loud' }, /TOCSIN_LOG_LEVEL loud/);
  refused(['--redis', 'http://:hush@h'], {}, /^--redis: (?!.*hush)/);
});
