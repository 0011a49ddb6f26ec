import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { bearerOf, hashOf, KeyFileError, newKey, readKeys } from '../../src/http/key.js';

const HASH = 'a'.repeat(64);
const entry = { name: 'ci', scopes: ['events:write'], sha256: HASH };

test('a new key is 32 random bytes behind a word, and fits the header', () => {
  const keys = Array.from({ length: 100 }, newKey);
  assert.equal(new Set(keys).size, 100);
  for (const key of keys) {
    const [, random = ''] = /^tocsin_(.+)$/.exec(key) ?? [];
    assert.equal(Buffer.from(random, 'base64url').length, 32);
    assert.equal(bearerOf(`Bearer ${key}`), key);
  }
});

test('what a file holds is the SHA-256 of the text, as any tool makes it', () => {
  assert.equal(hashOf('abc').toString('hex'), createHash('sha256').update('abc').digest('hex'));
});

test('the header: any case of Bearer, any spaces behind it, one token of its alphabet', () => {
  const key = newKey();
  for (const header of [`Bearer ${key}`, `bearer ${key}`, `BEARER    ${key} `]) {
    assert.equal(bearerOf(header), key);
  }
  const others = ['', 'Bearer', 'Bearer ', key, `Basic ${key}`, `Bearer ${key} ${key}`, `Bearer\t${key}`];
  for (const header of [
    undefined,
    ...others,
    'Bearer short',
    `Bearer ${key}é`,
    `Bearer ${'x'.repeat(300)}`,
  ]) {
    assert.equal(bearerOf(header), null, String(header));
  }
});

test('a file of keys is read', () => {
  assert.deepEqual(readKeys('[]'), []);
  const [key, other] = readKeys(
    JSON.stringify([
      { ...entry, expires: '2027-01-01T00:00:00Z' },
      { ...entry, name: 'b', sha256: 'B'.repeat(64) },
    ]),
  );
  assert.deepEqual(key, {
    name: 'ci',
    scopes: ['events:write'],
    hash: Buffer.alloc(32, 0xaa),
    expires: Date.UTC(2027, 0, 1),
  });
  assert.deepEqual(other?.hash, Buffer.alloc(32, 0xbb));
  assert.equal(other?.expires, null);
});

test('what is no file of keys is refused with its place, and nothing of it is repeated', () => {
  const secret = 'tocsin_hush';
  const cases: [string, RegExp][] = [
    ['', /^it is not JSON$/],
    [`{"keys": ["${secret}"`, /^it is not JSON$/],
    [JSON.stringify({ keys: [entry] }), /not a JSON array/],
    [JSON.stringify([entry, secret]), /^key 2: it is not an object/],
    [JSON.stringify([null]), /^key 1: it is not an object/],
    [JSON.stringify([{ ...entry, key: secret }]), /^key 1: it has a field that is not known/],
    [JSON.stringify([{ ...entry, name: '' }]), /^key 1: its name must be/],
    [JSON.stringify([{ ...entry, name: 'a b' }]), /its name must be/],
    [JSON.stringify([{ ...entry, name: 'a\nb' }]), /its name must be/],
    [JSON.stringify([{ ...entry, scopes: [] }]), /its scopes must be a list of events:write, /],
    [JSON.stringify([{ ...entry, scopes: 'admin' }]), /its scopes/],
    [JSON.stringify([{ ...entry, scopes: ['admin', 'toString'] }]), /its scopes/],
    [JSON.stringify([{ ...entry, sha256: secret }]), /its sha256 must be/],
    [JSON.stringify([{ ...entry, sha256: HASH.slice(1) }]), /its sha256 must be/],
    [JSON.stringify([{ name: 'ci', scopes: ['admin'] }]), /its sha256 must be/],
    [JSON.stringify([{ ...entry, expires: 'tomorrow' }]), /its expires must be ISO 8601/],
    [JSON.stringify([{ ...entry, expires: null }]), /its expires must be ISO 8601/],
    [JSON.stringify([entry, { ...entry, sha256: 'b'.repeat(64) }]), /^key 2: the name ci is taken/],
    [JSON.stringify([entry, { ...entry, name: 'b', sha256: HASH.toUpperCase() }]), /^key 2: it is the same/],
    [JSON.stringify(Array.from({ length: 257 }, () => entry)), /more than 256 keys/],
  ];
  for (const [text, expected] of cases) {
    assert.throws(
      () => readKeys(text),
      (error) =>
        error instanceof KeyFileError && expected.test(error.message) && !error.message.includes('hush'),
      text.slice(0, 100),
    );
  }
});
