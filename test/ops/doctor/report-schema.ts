import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';

/** As much of docs/doctor.schema.json as tests look into. */
export interface ReportSchema {
  readonly properties: Readonly<Record<string, unknown>>;
  readonly $defs: {
    readonly finding: {
      readonly properties: Readonly<Record<string, unknown>> & Record<'id' | 'area', { anyOf: { enum?: string[] }[] }>;
    };
  };
}

export const reportSchema = JSON.parse(readFileSync('docs/doctor.schema.json', 'utf8')) as ReportSchema;

/** What a reader checks with: it takes fields and ids that come later. */
export const asPublished: ValidateFunction = new Ajv2020({ allErrors: true }).compile(reportSchema);

/** The same without what may come later: what Cordon prints now has to be in the schema by name. */
export const asOfNow: ValidateFunction = new Ajv2020({ allErrors: true, strictTypes: false }).compile(closed());

function closed(): object {
  const { $id: _id, ...copy } = structuredClone(reportSchema) as unknown as Record<string, unknown> & ReportSchema;
  const { finding } = copy.$defs;
  for (const field of [finding.properties.id, finding.properties.area])
    field.anyOf = field.anyOf.filter((each) => each.enum !== undefined);
  Object.assign(finding, { additionalProperties: false });
  return { ...copy, additionalProperties: false };
}

/** Throws where the report is none by the schema. */
export function assertReport(report: unknown): void {
  for (const validate of [asPublished, asOfNow])
    assert.ok(validate(report), JSON.stringify(validate.errors, undefined, 1));
}
