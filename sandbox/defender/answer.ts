/** What a handler wants to say over HTTP. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * A refusal in the API's own shape, `{error: {code, message, target}}`.
 * Source of the codes: MicrosoftDocs/defender-docs `api/common-errors.md`.
 */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }

  answer(target: string): Answer {
    return {
      status: this.status,
      body: { error: { code: this.code, message: this.message, target } },
      headers: this.headers,
    };
  }
}

/** What the OData layer says about a query it cannot read: an empty code, no target (MicrosoftDocs/microsoft-365-docs#12682). */
export class QueryError extends Error {
  answer(): Answer {
    return {
      status: 400,
      body: {
        error: { code: '', message: `The query specified in the URI is not valid. ${this.message}`, details: [] },
      },
    };
  }
}

export const refusal = {
  unauthorized: () =>
    new ApiError(
      401,
      'Unauthorized',
      'Invalid Authorization payload. AppId: 11111111-2222-3333-4444-555555555555, ' +
        'Audience: https://api.securitycenter.microsoft.com, Issuer: https://sts.windows.net/, Validity: expired',
      { 'WWW-Authenticate': 'Bearer' },
    ),
  forbidden: (needed: readonly string[], held: readonly string[]) =>
    new ApiError(
      403,
      'Forbidden',
      `Missing application roles. API required roles: ${needed.join(',')}, application roles: ${held.join(',')}.`,
    ),
  quota: (limit: number, windowMs: number, retryAfter: number | null, message?: string) =>
    new ApiError(
      429,
      '429',
      message ?? `API calls quota exceeded! maximum allowed ${limit} per ${timeSpan(windowMs)}`,
      retryAfter === null ? {} : { 'Retry-After': String(retryAfter) },
    ),
  machine: (id: string) => new ApiError(404, 'ResourceNotFound', `Machine ${id} was not found`),
  action: (id: string) => new ApiError(404, 'ResourceNotFound', `Machine action ${id} was not found`),
  duplicate: () => new ApiError(400, 'ActiveRequestAlreadyExists', 'Action is already in progress'),
  internal: () => new ApiError(500, 'InternalServerError', 'Internal Server Error'),
};

function timeSpan(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const parts = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60), seconds % 60];
  return parts.map((part) => String(part).padStart(2, '0')).join(':');
}
