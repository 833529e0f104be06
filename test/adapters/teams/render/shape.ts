import { z } from 'zod';
import { pressVerb, reasonInput } from '../../../../adapters/teams/names.js';

/**
 * Exactly the elements and properties of Adaptive Cards 1.5 that Cordon uses, so that a misspelt one fails, which clients would
 * pass over. Written from the schema explorer on adaptivecards.io, not from the renderer's types. `TextBlock` and `FactSet` are
 * missing on purpose: their text is markdown.
 */
const spacing = z.enum(['None', 'Small', 'Medium']).optional();
const text = z.string().min(1);

const textRun = z.strictObject({
  type: z.literal('TextRun'),
  text,
  weight: z.literal('Bolder').optional(),
  size: z.enum(['Small', 'Large']).optional(),
  fontType: z.literal('Monospace').optional(),
  isSubtle: z.literal(true).optional(),
  selectAction: z.strictObject({ type: z.literal('Action.OpenUrl'), url: z.url({ protocol: /^https?$/ }) }).optional(),
});

const richTextBlock = z.strictObject({
  type: z.literal('RichTextBlock'),
  spacing,
  inlines: z.array(textRun).min(1),
});

const columnSet = z.strictObject({
  type: z.literal('ColumnSet'),
  spacing,
  columns: z
    .array(
      z.strictObject({
        type: z.literal('Column'),
        width: z.union([z.literal('stretch'), z.string().regex(/^\d+px$/)]),
        items: z.array(richTextBlock).min(1),
      }),
    )
    .min(1),
});

const container = z.strictObject({
  type: z.literal('Container'),
  style: z.enum(['accent', 'attention', 'emphasis', 'good', 'warning']).optional(),
  spacing,
  items: z.array(z.discriminatedUnion('type', [richTextBlock, columnSet])).min(1),
});

const title = z.string().min(1).max(60);
const style = z.enum(['positive', 'destructive']).optional();

const execute = z.strictObject({
  type: z.literal('Action.Execute'),
  title,
  style,
  verb: z.literal(pressVerb),
  data: z.strictObject({ token: text }),
  associatedInputs: z.enum(['auto', 'none']),
});

const showCard = z.strictObject({
  type: z.literal('Action.ShowCard'),
  title,
  style,
  card: z.strictObject({
    type: z.literal('AdaptiveCard'),
    body: z.tuple([
      z.strictObject({
        type: z.literal('Input.Text'),
        id: z.literal(reasonInput),
        label: text,
        isRequired: z.literal(true),
        errorMessage: text,
        isMultiline: z.literal(true),
        maxLength: z.literal(1_000),
      }),
    ]),
    actions: z.tuple([execute.extend({ associatedInputs: z.literal('auto') })]),
  }),
});

/** Teams shows at most six actions in a row. */
const actions = z
  .array(z.discriminatedUnion('type', [execute, showCard]))
  .min(1)
  .max(6);
const actionSet = z.strictObject({ type: z.literal('ActionSet'), actions });

const card = z.strictObject({
  type: z.literal('AdaptiveCard'),
  $schema: z.literal('http://adaptivecards.io/schemas/adaptive-card.json'),
  version: z.literal('1.5'),
  lang: z.literal('en'),
  // It may be read as markdown.
  fallbackText: z.string().regex(/^[\w ,.;:-]+$/),
  msteams: z.strictObject({ width: z.literal('Full') }),
  body: z.array(z.discriminatedUnion('type', [richTextBlock, container, columnSet, actionSet])).min(1),
  actions: actions.optional(),
});

/** No `text`: it would be markdown. No `entities`: nobody is mentioned. */
export const contentShape = z.strictObject({
  summary: z
    .string()
    .min(1)
    .max(300)
    .regex(/^[^\n]*$/),
  attachments: z.tuple([
    z.strictObject({ contentType: z.literal('application/vnd.microsoft.card.adaptive'), content: card }),
  ]),
});

export type Content = z.infer<typeof contentShape>;
