import type { RequestListener } from 'node:http';
import { OAuth2Issuer, OAuth2Service } from 'oauth2-mock-server';

/** The service of the Bot Framework whose tokens come with every activity, so that the bot can tell it from anybody else. */
export interface ChannelTokens {
  /** Serves the OpenID metadata and the keys, on the real service's paths. */
  readonly listener: RequestListener;
  readonly issuer: string;
  readonly openIdMetadataUrl: string;
  token(claims?: Readonly<Record<string, unknown>>, header?: Readonly<Record<string, unknown>>): Promise<string>;
}

export interface ChannelTokensOptions {
  /** `http://127.0.0.1:<port>`, where `listener` is reached. */
  readonly origin: string;
  readonly appId: string;
  readonly serviceUrl: string;
  /** Unix ms. */
  readonly now: () => number;
}

const paths = { wellKnownDocument: '/v1/.well-known/openidconfiguration', jwks: '/v1/.well-known/keys' };

export async function createChannelTokens(options: ChannelTokensOptions): Promise<ChannelTokens> {
  const { origin, appId, serviceUrl, now } = options;
  const issuer = new OAuth2Issuer();
  issuer.url = origin;
  const { kid } = await issuer.keys.generate('RS256');
  // The real keys say for which channels they may speak.
  await issuer.keys.add({ ...issuer.keys.get(kid), endorsements: ['msteams'] });
  return {
    listener: new OAuth2Service(issuer, paths).requestHandler,
    issuer: origin,
    openIdMetadataUrl: `${origin}${paths.wellKnownDocument}`,
    async token(claims = {}, header = {}) {
      const seconds = Math.floor(now() / 1_000);
      const usual = { aud: appId, serviceurl: serviceUrl, iat: seconds, nbf: seconds, exp: seconds + 3_600 };
      const token = await issuer.buildToken({
        scopesOrTransform: (own, payload) => {
          Object.assign(own, header);
          Object.assign(payload, usual, claims);
        },
      });
      return header.alg === undefined ? token : withAlgorithm(token, header);
    },
  };
}

/** The issuer signs with its key's algorithm whatever the header says; a forger writes what it likes, and `none` has no signature. */
function withAlgorithm(token: string, header: Readonly<Record<string, unknown>>): string {
  const [signed = '', payload = '', signature = ''] = token.split('.');
  const forged = { ...(JSON.parse(Buffer.from(signed, 'base64url').toString()) as object), ...header };
  const first = Buffer.from(JSON.stringify(forged)).toString('base64url');
  return `${first}.${payload}.${header.alg === 'none' ? '' : signature}`;
}
