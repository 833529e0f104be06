import { OAuth2Server } from 'oauth2-mock-server';

type Fields = Readonly<Record<string, unknown>>;

/** Stands for the Bot Framework's token service, with real keys and real signatures. */
export interface Issuer {
  readonly url: string;
  readonly openIdMetadataUrl: string;
  /** Good for one hour, for `claims` that replace the usual ones; undefined takes one away. */
  sign(claims?: Fields, header?: Fields): Promise<string>;
  close(): Promise<void>;
}

export const keyId = 'the-key';

/** `as` makes it pretend to be another issuer. */
export async function startIssuer(as?: string): Promise<Issuer> {
  const server = new OAuth2Server();
  await server.issuer.keys.generate('RS256', { kid: keyId });
  await server.start(0, '127.0.0.1');
  const url = `http://127.0.0.1:${server.address().port}`;
  server.issuer.url = url;
  return {
    url,
    openIdMetadataUrl: `${url}/.well-known/openid-configuration`,
    sign: (claims = {}, header = {}) =>
      server.issuer.buildToken({
        scopesOrTransform: (head, payload) => {
          Object.assign(head, header);
          Object.assign(payload, as === undefined ? {} : { iss: as }, claims);
        },
      }),
    close: () => server.stop(),
  };
}

/** Now, in the whole seconds of a JWT. */
export function seconds(fromNow = 0): number {
  return Math.floor(Date.now() / 1_000) + fromNow;
}

/** The token with another payload, and the signature that it had. */
export function tampered(token: string, claims: Fields): string {
  const [header = '', payload = '', signature = ''] = token.split('.');
  const before = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Fields;
  return [header, encode({ ...before, ...claims }), signature].join('.');
}

/** The token's claims, signed by nobody. */
export function unsigned(token: string, signature = ''): string {
  const [, payload = ''] = token.split('.');
  return [encode({ alg: 'none', typ: 'JWT', kid: keyId }), payload, signature].join('.');
}

function encode(fields: Fields): string {
  return Buffer.from(JSON.stringify(fields)).toString('base64url');
}
