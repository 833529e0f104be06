/** Node's or OpenSSL's code for why a call failed, from the error or what caused it. */
export function systemCode(thrown: unknown): string | undefined {
  if (!(thrown instanceof Error)) return undefined;
  if ('code' in thrown && typeof thrown.code === 'string') return thrown.code;
  return systemCode(thrown.cause);
}

/** Whether a failure with this code is from before the request could leave: nobody has seen it. */
export function neverLeft(code: string | undefined): boolean {
  if (code === undefined) return false;
  return (
    [
      'ECONNREFUSED',
      'ENOTFOUND',
      'EAI_AGAIN',
      'EHOSTUNREACH',
      'ENETUNREACH',
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    ].includes(code) || /^(?:ERR_TLS_)?CERT_|SELF_SIGNED_CERT/.test(code)
  );
}

/**
 * Whether what was asked may have been done though a chat platform answered with this status: a gateway that lost the answer. A 500 is
 * the service's own word that it failed; where one method alone fails for minutes, its messages have to wait, not to be given up.
 */
export function mayHaveWorked(status: number): boolean {
  return status === 408 || status === 502 || status === 504;
}
