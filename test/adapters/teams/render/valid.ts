import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { z } from 'zod';
import type { TeamsContent } from '../../../../adapters/teams/render/content.js';
import { cardComplaints } from '../../../../sandbox/teams/card-parser.js';

const spacing = z.enum(['None', 'Small', 'Default', 'Medium', 'Large']).optional();
const style = z.enum(['positive', 'destructive']).optional();
const run = z.strictObject({
  type: z.literal('TextRun'),
  text: z.string().min(1),
  weight: z.literal('Bolder').optional(),
  size: z.enum(['Small', 'Large']).optional(),
  fontType: z.literal('Monospace').optional(),
  isSubtle: z.literal(true).optional(),
  selectAction: z.strictObject({ type: z.literal('Action.OpenUrl'), url: z.url({ protocol: /^https$/ }) }).optional(),
});
const rich = z.strictObject({ type: z.literal('RichTextBlock'), spacing, inlines: z.array(run).min(1) });
const execute = z.strictObject({
  type: z.literal('Action.Execute'),
  title: z.string().min(1).max(80),
  verb: z.literal('cordon.press'),
  data: z.strictObject({ token: z.string().min(1) }),
  style,
  associatedInputs: z.enum(['auto', 'none']).optional(),
});
const input = z.strictObject({
  type: z.literal('Input.Text'),
  id: z.string(),
  label: z.string().min(1),
  isRequired: z.literal(true),
  errorMessage: z.string().min(1),
  isMultiline: z.literal(true),
  maxLength: z.int().positive(),
});
const showCard = z.strictObject({
  type: z.literal('Action.ShowCard'),
  title: z.string().min(1).max(80),
  style,
  card: z.strictObject({ type: z.literal('AdaptiveCard'), body: z.tuple([input]), actions: z.tuple([execute]) }),
});
/** Teams shows six actions of a set at most. */
const actions = z
  .array(z.union([execute, showCard]))
  .min(1)
  .max(6);
const columnSet = z.strictObject({
  type: z.literal('ColumnSet'),
  spacing,
  columns: z
    .array(
      z.strictObject({ type: z.literal('Column'), width: z.string().regex(/^(stretch|\d+px)$/), items: z.array(rich) }),
    )
    .min(1),
});
const container = z.strictObject({
  type: z.literal('Container'),
  style: z.enum(['emphasis', 'good', 'warning', 'attention', 'accent']).optional(),
  spacing,
  items: z.array(z.union([rich, columnSet])).min(1),
});
const actionSet = z.strictObject({ type: z.literal('ActionSet'), spacing, actions });

/** The part of Adaptive Cards 1.5 that Cordon may use, strictly: a property that is misspelt would be ignored without a word. */
const card = z.strictObject({
  type: z.literal('AdaptiveCard'),
  $schema: z.literal('http://adaptivecards.io/schemas/adaptive-card.json'),
  version: z.literal('1.5'),
  fallbackText: z.string().min(1),
  msteams: z.strictObject({ width: z.literal('Full') }),
  body: z.array(z.union([rich, container, columnSet, actionSet])).min(1),
  actions: actions.optional(),
});

const bytes = 28_000;

/** What Teams would refuse, cut or show as an empty card. */
export function assertValid({ summary, attachments }: TeamsContent): void {
  const [{ content }] = attachments;
  assert.ok(summary.length > 0);
  assert.ok(Buffer.byteLength(JSON.stringify({ summary, attachments })) < bytes, 'larger than Teams takes');
  const parsed = card.safeParse(content);
  assert.ok(parsed.success, parsed.error?.message);
  assert.deepEqual(cardComplaints(content), []);
  const schema = publishedSchema();
  // `msteams` is Teams' own and not in the common schema.
  const { msteams: _own, ...common } = content;
  if (schema !== undefined && !schema(common)) assert.fail(JSON.stringify(schema.errors?.slice(0, 5)));
}

type Validator = ReturnType<Ajv['compile']>;
let compiled: Validator | undefined;

/** The published schema lies beside the project, not in it; undefined where it is not there. */
export function publishedSchema(): Validator | undefined {
  const path = ['..', '../..', '../../..']
    .map((up) => `${up}/shared/schemas/adaptive-card-1.5.json`)
    .find((each) => existsSync(each));
  if (path === undefined) return undefined;
  compiled ??= compile(JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>);
  return compiled;
}

/** The schema names draft 06, of which it uses nothing that later drafts changed but the spelling of `id`. */
function compile({ $schema: _draft, id: _id, ...schema }: Record<string, unknown>): Validator {
  return new Ajv({ strict: false, allErrors: true, validateFormats: false }).compile(schema);
}
