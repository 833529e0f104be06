/** What an administrator does so that an app registration has these application permissions. */
export function howToGrant(permissions: readonly string[], api = 'WindowsDefenderATP'): string {
  return `Entra admin centre: App registrations > Cordon’s > API permissions > Add a permission > APIs my organization uses > ${api} > Application permissions > ${permissions.join(', ')}. Then Grant admin consent, and restart Cordon: a token keeps its permissions until it expires.`;
}
