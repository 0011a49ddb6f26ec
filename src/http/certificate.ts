import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';

/** Where a server's certificate is: PEM files. */
export interface CertificateFiles {
  /** The certificate, those of its authorities behind it. */
  readonly cert: string;
  /** Its private key, without a passphrase. */
  readonly key: string;
}

/** A certificate and its private key, PEM. */
export interface Certificate {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** Files that make no TLS server. The message names the file, and nothing that is in it. */
export class CertificateError extends Error {}

/** Reads a certificate and tries it. @throws CertificateError */
export async function readCertificate({ cert, key }: CertificateFiles): Promise<Certificate> {
  const pair = { cert: await read(cert), key: await read(key) };
  try {
    new X509Certificate(pair.cert);
  } catch {
    throw new CertificateError(`${cert} holds no PEM certificate`);
  }
  if (pair.key.includes('ENCRYPTED')) {
    throw new CertificateError(`${key} is locked with a passphrase: take one without`);
  }
  try {
    createSecureContext(pair);
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    throw new CertificateError(
      code.endsWith('_MISMATCH')
        ? `${key} is not the private key of the certificate in ${cert}`
        : `${key} holds no PEM private key that fits`,
    );
  }
  return pair;
}

async function read(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new CertificateError(`${path} cannot be read: ${(error as Error).message}`);
  }
}
