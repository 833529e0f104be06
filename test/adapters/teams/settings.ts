import type { TeamsSettings } from '../../../src/config/teams.js';
import { appId, tenant } from './activities.js';

/** A single-tenant bot in the public cloud. */
export const teamsSettings: TeamsSettings = {
  appId,
  appType: 'SingleTenant',
  password: 'secret',
  tenantId: tenant,
  tenants: [tenant],
  channel: {
    loginUrl: undefined,
    oAuthScope: 'https://api.botframework.com',
    tokenIssuer: 'https://api.botframework.com',
    openIdMetadataUrl: 'https://login.botframework.com/v1/.well-known/openidconfiguration',
    serviceUrl: 'https://smba.trafficmanager.net/teams/',
  },
  disableInstanceDiscovery: false,
  anonymous: false,
};
