import type { PressData, pressVerb } from '../names.js';

/** The part of Adaptive Cards 1.5 that Cordon uses. Source: adaptivecards.io/explorer. */
export interface AdaptiveCard {
  readonly type: 'AdaptiveCard';
  readonly $schema: 'http://adaptivecards.io/schemas/adaptive-card.json';
  readonly version: '1.5';
  /** Shown by a client that cannot render the card. */
  readonly fallbackText: string;
  /** Teams' own: the card uses the width of the conversation. */
  readonly msteams: { readonly width: 'Full' };
  readonly body: readonly Element[];
  readonly actions?: readonly Action[];
}

export type Element = RichTextBlock | Container | ColumnSet | ActionSet;
type Spacing = 'None' | 'Small' | 'Default' | 'Medium' | 'Large';

export interface RichTextBlock {
  readonly type: 'RichTextBlock';
  readonly spacing?: Spacing;
  readonly inlines: readonly TextRun[];
}

export interface TextRun {
  readonly type: 'TextRun';
  readonly text: string;
  readonly weight?: 'Bolder';
  readonly size?: 'Small' | 'Large';
  readonly fontType?: 'Monospace';
  readonly isSubtle?: true;
  readonly selectAction?: { readonly type: 'Action.OpenUrl'; readonly url: string };
}

export interface Container {
  readonly type: 'Container';
  readonly style?: 'emphasis' | 'good' | 'warning' | 'attention' | 'accent';
  readonly spacing?: Spacing;
  readonly items: readonly Element[];
}

export interface ColumnSet {
  readonly type: 'ColumnSet';
  readonly spacing?: Spacing;
  readonly columns: readonly {
    readonly type: 'Column';
    readonly width: string;
    readonly items: readonly RichTextBlock[];
  }[];
}

export interface ActionSet {
  readonly type: 'ActionSet';
  readonly spacing?: Spacing;
  readonly actions: readonly Action[];
}

export type Action = ExecuteAction | ShowCardAction;

export interface ExecuteAction {
  readonly type: 'Action.Execute';
  readonly title: string;
  readonly verb: typeof pressVerb;
  readonly data: PressData;
  readonly style?: 'positive' | 'destructive';
  readonly associatedInputs?: 'auto' | 'none';
}

export interface ShowCardAction {
  readonly type: 'Action.ShowCard';
  readonly title: string;
  readonly style?: 'positive' | 'destructive';
  readonly card: {
    readonly type: 'AdaptiveCard';
    readonly body: readonly [TextInput];
    readonly actions: readonly [ExecuteAction];
  };
}

export interface TextInput {
  readonly type: 'Input.Text';
  readonly id: string;
  readonly label: string;
  readonly isRequired: true;
  readonly errorMessage: string;
  readonly isMultiline: true;
  readonly maxLength: number;
}
