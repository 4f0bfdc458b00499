import { isIP } from 'node:net';
import type { MiddlewareHandler } from 'hono';
import { csrf } from 'hono/csrf';
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
    // with `no-referrer` browsers would send forms without their origin
    referrerPolicy: 'same-origin',
    // it is for the proxy to say, which has the certificate
    strictTransportSecurity: false,
  });

/**
 * Answers under the monitor's own names only: a page from elsewhere could give its own name this machine's address, and read
 * patients' data in the browser of who is inside. An address in digits can't be taken over so.
 */
export const ownHostsOnly = (url: URL | undefined): MiddlewareHandler => {
  return async (context, next) => {
    const { hostname } = new URL(context.req.url);
    if (isOwn(hostname, url)) return next();
    return context.text(
      `The monitor does not know the name ${hostname}: set MONITOR_URL to the address that browsers use.\n`,
      421,
    );
  };
};

/** Refuses forms that a page from elsewhere sends, by the browser's own word. */
export const ownFormsOnly = (url: URL | undefined): MiddlewareHandler =>
  csrf({ origin: (origin, context) => origin === url?.origin || origin === new URL(context.req.url).origin });

function isOwn(hostname: string, url: URL | undefined): boolean {
  return hostname === 'localhost' || hostname === url?.hostname || isIP(hostname.replaceAll(/^\[|\]$/g, '')) !== 0;
}
