import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** Whether only this machine reaches a host: a name or an address, '' for every address of the machine. */
export function isLoopback(host: string): boolean {
  if (host.toLowerCase() === 'localhost') return true;
  return isIP(host) !== 0 && ipaddr.process(host).range() === 'loopback';
}
