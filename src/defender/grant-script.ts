import { CordonError } from '../errors.js';
import { isGuid } from './odata.js';

/** The app id of `WindowsDefenderATP`, the API of Defender for Endpoint: the same in every tenant and cloud. */
export const defenderAppId = 'fc780465-2017-40d4-a0c5-307022471b92';

/** What Cordon needs at Defender, and nothing more. */
export const defenderRoles = ['Machine.RestrictExecution', 'Machine.Read.All'] as const;

const role = /^[A-Za-z][A-Za-z.]*$/;

export interface GrantOptions {
  /** Microsoft Graph of the tenant's cloud, as `config.graph.url` has it. */
  readonly graphUrl?: string;
}

/**
 * A shell script for the Azure CLI that grants roles of Defender to a service principal by its object id. The portal can do this for app
 * registrations only, not for managed identities. A role that is there already is left as it is. Throws `CordonError` code
 * `grant_refused` for what is neither an id nor a role: the text is made to be pasted into a shell.
 */
export function grantScript(
  principalId: string,
  roles: readonly string[] = defenderRoles,
  { graphUrl = 'https://graph.microsoft.com' }: GrantOptions = {},
): string {
  if (!isGuid(principalId) || roles.length === 0 || !roles.every((each) => role.test(each))) {
    throw new CordonError(
      'grant_refused',
      'a script is made for the object id of a principal and the names of roles alone',
    );
  }
  const graph = new URL(graphUrl).origin;
  return `# Grants Defender for Endpoint's ${roles.join(' and ')} to the managed identity.
# For somebody who may grant admin consent (Privileged Role Administrator), signed in with: az login
set -eu
principal='${principalId.toLowerCase()}'
graph='${graph}/v1.0'
api=$(az ad sp show --id '${defenderAppId}' --query id --output tsv)
for role in ${roles.join(' ')}; do
  id=$(az ad sp show --id "$api" --output tsv \\
    --query "appRoles[?value=='$role' && contains(allowedMemberTypes, 'Application')].id | [0]")
  there=$(az rest --method GET --url "$graph/servicePrincipals/$principal/appRoleAssignments" --output tsv \\
    --query "value[?appRoleId=='$id' && resourceId=='$api'].id | [0]")
  if [ -n "$there" ]; then
    echo "$role: granted already"
  else
    az rest --method POST --url "$graph/servicePrincipals/$principal/appRoleAssignments" --output none \\
      --headers 'Content-Type=application/json' \\
      --body "{\\"principalId\\":\\"$principal\\",\\"resourceId\\":\\"$api\\",\\"appRoleId\\":\\"$id\\"}"
    echo "$role: granted"
  fi
done
`;
}
