import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AddressGuard } from '../../src/sinks/address_guard.js';

const INSIDE: readonly (readonly [address: string, kind: RegExp])[] = [
  ['127.0.0.1', /loopback/],
  ['127.255.255.254', /loopback/],
  ['10.0.0.1', /private/],
  ['172.16.0.1', /private/],
  ['172.31.255.255', /private/],
  ['192.168.1.1', /private/],
  ['169.254.169.254', /link-local/],
  ['100.64.0.1', /carrier/],
  ['100.100.100.200', /carrier/],
  ['0.0.0.0', /unspecified/],
  ['0.1.2.3', /unspecified/],
  ['224.0.0.1', /multicast/],
  ['255.255.255.255', /broadcast/],
  ['240.0.0.1', /reserved/],
  ['192.0.0.192', /reserved/],
  ['192.0.2.1', /reserved/],
  ['198.18.0.1', /reserved/],
  ['198.51.100.1', /reserved/],
  ['203.0.113.1', /reserved/],
  ['168.63.129.16', /reserved/],
  ['::', /unspecified/],
  ['::1', /loopback/],
  ['::127.0.0.1', /reserved/],
  ['::8.8.8.8', /reserved/],
  ['::ffff:127.0.0.1', /loopback/],
  ['::ffff:a00:1', /private/],
  ['::ffff:0:127.0.0.1', /reserved/],
  ['fc00::1', /private/],
  ['fd00:ec2::254', /private/],
  ['fe80::1', /link-local/],
  ['fe80::1%eth0', /link-local/],
  ['fec0::1', /reserved/],
  ['ff02::1', /multicast/],
  ['100::1', /reserved/],
  ['2001:db8::1', /reserved/],
  ['3fff::1', /reserved/],
  ['2001:2::1', /reserved/],
  ['5f00::1', /reserved/],
  ['4000::1', /reserved/],
  ['64:ff9b::127.0.0.1', /loopback/],
  ['64:ff9b::a9fe:a9fe', /link-local/],
  ['64:ff9b:1::8.8.8.8', /reserved/],
  ['2002:7f00:1::', /loopback/],
  ['2002:a9fe:a9fe::1', /link-local/],
  // Teredo: the server, then the client 10.0.0.1 with its bits turned round.
  ['2001:0:7f00:1::', /loopback/],
  ['2001:0:808:808:0:0:f5ff:fffe', /private/],
  ['localhost', /no address/],
  ['0x7f.1', /no address/],
  ['', /no address/],
];

const OUTSIDE = [
  '1.1.1.1',
  '8.8.8.8',
  '126.255.255.255',
  '172.15.255.255',
  '172.32.0.0',
  '192.167.255.255',
  '100.63.255.255',
  '100.128.0.0',
  '169.253.255.255',
  '223.255.255.255',
  '2606:4700::1111',
  '::ffff:8.8.8.8',
  '64:ff9b::8.8.8.8',
  '2002:808:808::1',
  '2001:0:808:808:0:0:f7f7:f7f7',
];

for (const [address, kind] of INSIDE) {
  test(`'${address}' is refused`, () => {
    assert.match(new AddressGuard([]).refusal(address) ?? 'not refused', kind);
  });
}

for (const address of OUTSIDE) {
  test(`${address} is not refused`, () => {
    assert.equal(new AddressGuard([]).refusal(address), null);
  });
}

test('the list opens its ranges and nothing else', () => {
  const guard = new AddressGuard(['127.0.0.0/8', '10.1.0.0/16', 'fd00::/8', '::ffff:192.168.0.0/120']);
  for (const open of [
    '127.0.0.1',
    '::ffff:127.0.0.1',
    '10.1.2.3',
    '64:ff9b::10.1.2.3',
    'fd12::1',
    '192.168.0.9',
  ])
    assert.equal(guard.refusal(open), null, open);
  for (const shut of ['10.2.0.1', '::1', 'fc00::1', '192.168.1.1', '169.254.169.254', '::127.0.0.1'])
    assert.notEqual(guard.refusal(shut), null, shut);
});

test('what is no range is refused at once', () => {
  for (const text of [
    '',
    '127.0.0.1',
    '127.0.0.0/33',
    '10/8',
    '0x7f.0.0.0/8',
    'localhost/8',
    '::ffff:0:0/90',
  ])
    assert.throws(() => new AddressGuard([text]), /range|hold/, text);
});
