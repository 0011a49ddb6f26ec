import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import helmet from 'helmet';

const protect = helmet({
  contentSecurityPolicy: {
    directives: {
      'img-src': ["'self'", 'data:'],
      'font-src': ["'self'"],
      'style-src': ["'self'", "'unsafe-inline'"],
      'upgrade-insecure-requests': null,
    },
  },
  // It would bind every other server of this host to TLS as well.
  strictTransportSecurity: false,
});

/** What every answer carries so that browsers do nothing with it that nobody wants: helmet's headers, which never change. */
export const SECURITY_HEADERS: readonly (readonly [name: string, value: string])[] = asked();

function asked(): [string, string][] {
  const request = new IncomingMessage(new Socket());
  const response = new ServerResponse(request);
  protect(request, response, () => undefined);
  return Object.entries(response.getHeaders()).map(([name, value]) => [name, String(value)]);
}
