import { type AuditKey, auditKeys, readAuditKey } from '../src/audit/key.js';

/** Made for tests, so that a database that one process has begun can be opened by another. Never used for anything else. */
export const testKey: AuditKey = readAuditKey(
  `-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f
-----END PRIVATE KEY-----
`,
  'the key of the tests',
);

/** What every store of the tests writes its record with. */
export const audit = auditKeys(testKey);
