/** The application id of Defender for Endpoint's API (`WindowsDefenderATP`), the same in every tenant. */
export const defenderAppId = 'fc780465-2017-40d4-a0c5-307022471b92';

/** What an administrator does so that an app registration has these application permissions. */
export function howToGrant(permissions: readonly string[], api = 'WindowsDefenderATP'): string {
  return `Entra admin centre: App registrations > Cordon’s > API permissions > Add a permission > APIs my organization uses > ${api} > Application permissions > ${permissions.join(', ')}. Then Grant admin consent, and restart Cordon: a token keeps its permissions until it expires.`;
}

/**
 * A script for the Azure CLI that gives a managed identity these app roles: the admin centre has no place for it. `principalId` is the
 * object id of its service principal. Source: learn.microsoft.com `graph/api/serviceprincipal-post-approleassignments`.
 */
export function grantScript(principalId: string, roles: readonly string[]): string {
  return [
    `principal=${principalId}`,
    `api=$(az ad sp show --id ${defenderAppId} --query id --output tsv)`,
    `for role in ${roles.join(' ')}; do`,
    `  id=$(az ad sp show --id ${defenderAppId} --query "appRoles[?value=='$role'].id" --output tsv)`,
    '  az rest --method POST --url "https://graph.microsoft.com/v1.0/servicePrincipals/$principal/appRoleAssignments" \\',
    '    --body "{\\"principalId\\":\\"$principal\\",\\"resourceId\\":\\"$api\\",\\"appRoleId\\":\\"$id\\"}"',
    'done',
  ].join('\n');
}
