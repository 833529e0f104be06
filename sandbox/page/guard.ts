import type { NextFunction, Request, Response } from 'express';

/**
 * Lets only this page's own requests in. Whoever makes a browser call a loopback port has either another `Host` (DNS rebinding) or
 * another `Origin` (a form or a script of another site); neither can be chosen by a page.
 */
export function guard(port: number): (request: Request, response: Response, next: NextFunction) => void {
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`];
  return (request, response, next) => {
    const { host, origin } = request.headers;
    const ownOrigin = origin === undefined || hosts.some((each) => origin === `http://${each}`);
    const ownSite = ['same-origin', 'none', undefined].includes(request.get('sec-fetch-site'));
    if (host === undefined || !hosts.includes(host)) refuse(response, 403, 'This page answers on loopback alone.');
    else if (!ownOrigin || !ownSite) refuse(response, 403, 'This page answers its own requests alone.');
    else if (request.method === 'POST' && request.is('application/json') !== 'application/json') {
      // A form of another site can post only what is not JSON.
      refuse(response, 415, 'Only application/json is taken.');
    } else next();
  };
}

/** Nothing from outside: every script, style and call is the page's own. */
export const headers: Readonly<Record<string, string>> = {
  'Content-Security-Policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cache-Control': 'no-store',
};

function refuse(response: Response, status: number, problem: string): void {
  response.status(status).json({ problem });
}
