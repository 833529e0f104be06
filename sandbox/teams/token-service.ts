import { OAuth2Server } from 'oauth2-mock-server';

/** The service whose tokens come with every activity, with real keys and real signatures. */
export interface TokenService {
  readonly issuer: string;
  readonly openIdMetadataUrl: string;
  /** Good for one hour; `claims` replace the usual ones, undefined takes one away. */
  token(claims: Readonly<Record<string, unknown>>): Promise<string>;
  close(): Promise<void>;
}

export async function startTokenService(): Promise<TokenService> {
  const server = new OAuth2Server();
  await server.issuer.keys.generate('RS256');
  await server.start(0, '127.0.0.1');
  const issuer = `http://127.0.0.1:${server.address().port}`;
  server.issuer.url = issuer;
  return {
    issuer,
    openIdMetadataUrl: `${issuer}/.well-known/openid-configuration`,
    token: (claims) =>
      server.issuer.buildToken({
        scopesOrTransform: (_header, payload) => {
          Object.assign(payload, claims);
        },
      }),
    close: () => server.stop(),
  };
}
