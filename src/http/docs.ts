import type { RequestHandler } from 'express';
import { Router } from 'express';
import swagger from 'swagger-ui-express';
import { Problem } from './problem.js';
import { SECURITY_HEADERS } from './security_headers.js';

const OPTIONS = {
  customSiteTitle: 'Tocsin API',
  swaggerOptions: { validatorUrl: null, displayRequestDuration: true, docExpansion: 'list' },
};

/** Files of the package that are not for our page: its own start page shows another API. */
const NOT_SERVED =
  /^\/(index\.html|package\.json|swagger-initializer\.js|oauth2-redirect\..*|(absolute-path|index)\.js)$/;

/** The page to read and try the API on. Everything it needs comes from this server. */
export function docsPage(document: object): RequestHandler {
  const router = Router({ strict: true });
  router.use((request, response, next) => {
    for (const [name, value] of SECURITY_HEADERS) response.setHeader(name, value);
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      const headers = { allow: 'GET, HEAD' };
      throw new Problem('method_not_allowed', `${request.method} is not for this path`, { headers });
    }
    if (request.originalUrl.split('?')[0] === '/docs') {
      response.status(308).setHeader('location', '/docs/').end();
      return;
    }
    next(NOT_SERVED.test(request.path) ? 'router' : undefined);
  });
  router.use(swagger.serveFiles(document, OPTIONS));
  router.get('/', swagger.setup(document, OPTIONS));
  return router;
}
