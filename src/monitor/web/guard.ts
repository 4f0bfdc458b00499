import { isIP } from 'node:net';
import type { MiddlewareHandler } from 'hono';
import { secureHeaders } from 'hono/secure-headers';

/** Nothing from elsewhere, nothing inline, in no frame. */
export const strictHeaders = (): MiddlewareHandler =>
  secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      styleSrc: ["'self'"],
      scriptSrc: ["'self'"],
      connectSrc: ["'self'"],
      imgSrc: ["'self'"],
      formAction: ["'self'"],
      baseUri: ["'none'"],
      frameAncestors: ["'none'"],
    },
    xFrameOptions: 'DENY',
    referrerPolicy: 'no-referrer',
    // it is for the proxy to say, which has the certificate
    strictTransportSecurity: false,
  });

/**
 * Answers under the monitor's own names only: a page from elsewhere could give its own name this machine's address, and read
 * patients' data in the browser of who is inside. An address in digits can't be taken over so.
 */
export const ownHostsOnly = (url: URL | undefined): MiddlewareHandler => {
  const own = new Set(['localhost', ...(url === undefined ? [] : [url.hostname])]);
  return async (context, next) => {
    const { hostname } = new URL(context.req.url);
    if (own.has(hostname) || isIP(hostname.replaceAll(/^\[|\]$/g, '')) !== 0) return next();
    return context.text(
      `The monitor does not know the name ${hostname}: set MONITOR_URL to the address that browsers use.\n`,
      421,
    );
  };
};
